using System.Runtime.CompilerServices;

namespace ILGPU;

/// <content>
/// Floating point: loops around a compare-exchange of the bits, so that NaN and the two zeros, which do not compare like their bits,
/// end the loop as well. Max and Min return NaN if either side is NaN.
/// </content>
public static partial class Atomic
{
    /// <summary>Writes <paramref name="value"/> where the bits of <paramref name="compare"/> stand.</summary>
    public static float CompareExchange(ref float target, float compare, float value) =>
        Unsafe.BitCast<int, float>(Interlocked.CompareExchange(
            ref Unsafe.As<float, int>(ref target), Unsafe.BitCast<float, int>(value), Unsafe.BitCast<float, int>(compare)));

    public static float Add(ref float target, float value)
    {
        float seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, expected + value);
        }
        while (Unsafe.BitCast<float, int>(seen) != Unsafe.BitCast<float, int>(expected));
        return seen;
    }

    public static float Max(ref float target, float value)
    {
        float seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, Math.Max(expected, value));
        }
        while (Unsafe.BitCast<float, int>(seen) != Unsafe.BitCast<float, int>(expected));
        return seen;
    }

    public static float Min(ref float target, float value)
    {
        float seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, Math.Min(expected, value));
        }
        while (Unsafe.BitCast<float, int>(seen) != Unsafe.BitCast<float, int>(expected));
        return seen;
    }

    /// <summary>Writes <paramref name="value"/> where the bits of <paramref name="compare"/> stand.</summary>
    public static double CompareExchange(ref double target, double compare, double value) =>
        Unsafe.BitCast<long, double>(Interlocked.CompareExchange(
            ref Unsafe.As<double, long>(ref target), Unsafe.BitCast<double, long>(value), Unsafe.BitCast<double, long>(compare)));

    public static double Add(ref double target, double value)
    {
        double seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, expected + value);
        }
        while (Unsafe.BitCast<double, long>(seen) != Unsafe.BitCast<double, long>(expected));
        return seen;
    }

    public static double Max(ref double target, double value)
    {
        double seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, Math.Max(expected, value));
        }
        while (Unsafe.BitCast<double, long>(seen) != Unsafe.BitCast<double, long>(expected));
        return seen;
    }

    public static double Min(ref double target, double value)
    {
        double seen = Volatile.Read(ref target), expected;
        do
        {
            expected = seen;
            seen = CompareExchange(ref target, expected, Math.Min(expected, value));
        }
        while (Unsafe.BitCast<double, long>(seen) != Unsafe.BitCast<double, long>(expected));
        return seen;
    }
}
