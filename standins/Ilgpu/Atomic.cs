namespace ILGPU;

/// <summary>Operations on memory that no other lane can come between. Each returns what was there before.</summary>
/// <remarks>Sums of floats depend on the order in which lanes of different groups arrive, here as on every device.</remarks>
public static partial class Atomic
{
    public static int Add(ref int target, int value) => Interlocked.Add(ref target, value) - value;

    public static uint Add(ref uint target, uint value) => Interlocked.Add(ref target, value) - value;

    public static long Add(ref long target, long value) => Interlocked.Add(ref target, value) - value;

    public static ulong Add(ref ulong target, ulong value) => Interlocked.Add(ref target, value) - value;

    public static int And(ref int target, int value) => Interlocked.And(ref target, value);

    public static uint And(ref uint target, uint value) => Interlocked.And(ref target, value);

    public static long And(ref long target, long value) => Interlocked.And(ref target, value);

    public static ulong And(ref ulong target, ulong value) => Interlocked.And(ref target, value);

    public static int Or(ref int target, int value) => Interlocked.Or(ref target, value);

    public static uint Or(ref uint target, uint value) => Interlocked.Or(ref target, value);

    public static long Or(ref long target, long value) => Interlocked.Or(ref target, value);

    public static ulong Or(ref ulong target, ulong value) => Interlocked.Or(ref target, value);

    public static int Xor(ref int target, int value)
    {
        int seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, expected ^ value, expected);
        }
        while (seen != expected);
        return seen;
    }

    public static uint Xor(ref uint target, uint value)
    {
        uint seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, expected ^ value, expected);
        }
        while (seen != expected);
        return seen;
    }

    public static long Xor(ref long target, long value)
    {
        long seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, expected ^ value, expected);
        }
        while (seen != expected);
        return seen;
    }

    public static ulong Xor(ref ulong target, ulong value)
    {
        ulong seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, expected ^ value, expected);
        }
        while (seen != expected);
        return seen;
    }

    public static int Max(ref int target, int value)
    {
        int seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Max(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static uint Max(ref uint target, uint value)
    {
        uint seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Max(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static long Max(ref long target, long value)
    {
        long seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Max(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static ulong Max(ref ulong target, ulong value)
    {
        ulong seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Max(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static int Min(ref int target, int value)
    {
        int seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Min(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static uint Min(ref uint target, uint value)
    {
        uint seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Min(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static long Min(ref long target, long value)
    {
        long seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Min(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static ulong Min(ref ulong target, ulong value)
    {
        ulong seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = Interlocked.CompareExchange(ref target, Math.Min(expected, value), expected);
        }
        while (seen != expected);
        return seen;
    }

    public static int Exchange(ref int target, int value) => Interlocked.Exchange(ref target, value);

    public static uint Exchange(ref uint target, uint value) => Interlocked.Exchange(ref target, value);

    public static long Exchange(ref long target, long value) => Interlocked.Exchange(ref target, value);

    public static ulong Exchange(ref ulong target, ulong value) => Interlocked.Exchange(ref target, value);

    public static float Exchange(ref float target, float value) => Interlocked.Exchange(ref target, value);

    public static double Exchange(ref double target, double value) => Interlocked.Exchange(ref target, value);

    /// <summary>Writes <paramref name="value"/> where <paramref name="compare"/> stands.</summary>
    public static int CompareExchange(ref int target, int compare, int value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    public static uint CompareExchange(ref uint target, uint compare, uint value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    public static long CompareExchange(ref long target, long compare, long value) =>
        Interlocked.CompareExchange(ref target, value, compare);

    public static ulong CompareExchange(ref ulong target, ulong compare, ulong value) =>
        Interlocked.CompareExchange(ref target, value, compare);
}
