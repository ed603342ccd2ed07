namespace GpuCgan.Reference;

/// <summary>Philox 4×32-10 as its paper writes it, one element at a time, and the numbers made of its words.</summary>
public static class ReferencePhilox
{
    /// <summary>The four words of a counter of four words under a key of two.</summary>
    public static uint[] Words(uint[] counter, uint[] key)
    {
        ulong[] c = [.. counter.Select(v => (ulong)v)];
        ulong k0 = key[0], k1 = key[1];
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = 0xD2511F53UL * c[0], product1 = 0xCD9E8D57UL * c[2];
            c = [(product1 >> 32) ^ c[1] ^ k0, product1 % (1UL << 32), (product0 >> 32) ^ c[3] ^ k1, product0 % (1UL << 32)];
            k0 = (k0 + 0x9E3779B9UL) % (1UL << 32);
            k1 = (k1 + 0xBB67AE85UL) % (1UL << 32);
        }
        return [.. c.Select(v => (uint)v)];
    }

    /// <summary>The word of every element of a matrix, and the three others of its block in their order.</summary>
    public static uint[] BlockOf(ulong seed, uint step, uint purpose, int row, int column, int columns, out int word)
    {
        int pitch = 0;
        while (pitch < columns)
            pitch += 64;
        long element = (long)row * pitch + column;
        long block = element / 64 * 16 + element % 16;
        word = (int)(element / 16 % 4);
        return Words([(uint)block, step, purpose, 0], [(uint)(seed % (1UL << 32)), (uint)(seed >> 32)]);
    }

    /// <summary>(⌊w / 512⌋ + ½) / 2²³.</summary>
    public static double UnitInterval(uint word) => (Math.Floor(word / 512.0) + 0.5) / 8388608;

    public static double[,] Uniform(ulong seed, uint step, uint purpose, int rows, int columns, double low, double high) =>
        Build(seed, step, purpose, rows, columns, (words, at) => low + (high - low) * UnitInterval(words[at]));

    /// <summary>Box–Muller: words 0 and 1 make the first two numbers of a block, words 2 and 3 the others; cosine first.</summary>
    public static double[,] Normal(ulong seed, uint step, uint purpose, int rows, int columns, double deviation) =>
        Build(seed, step, purpose, rows, columns, (words, at) =>
        {
            double radius = Math.Sqrt(-2 * Math.Log(UnitInterval(words[at / 2 * 2]))), angle = 2 * Math.PI * UnitInterval(words[at / 2 * 2 + 1]);
            return deviation * radius * (at % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
        });

    public static int[] Integers(ulong seed, uint step, uint purpose, int count, int below)
    {
        var result = new int[count];
        for (int i = 0; i < count; i++)
            result[i] = (int)((UInt128)BlockOf(seed, step, purpose, 0, i, count, out int word)[word] * (UInt128)below >> 32);
        return result;
    }

    /// <summary>x / (1 − r) where the element is kept, −0 elsewhere, with r the rate in steps of 2⁻¹⁶. An element's place is row, run of 32 columns, half of that, four, one of four.</summary>
    public static double[,] Dropout(double[,] x, ulong seed, uint step, uint purpose, double rate)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        int stretches = (int)Math.Ceiling(columns / 128.0);
        double dropped = Math.Min(65535, Math.Floor(rate * 65536 + 0.5));
        var result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                int run = j % 128 / 32, isUpper = j % 32 / 16, four = j % 16 / 4;
                int block = (i * stretches + j / 128) * 16 + four * 4 + run;
                uint word = Words([(uint)block, step, purpose, 0], [(uint)(seed % (1UL << 32)), (uint)(seed >> 32)])[j % 4];
                uint half = isUpper == 1 ? word / 65536 : word % 65536;
                result[i, j] = half >= dropped ? x[i, j] / (1 - dropped / 65536) : -0.0;
            }
        }
        return result;
    }

    private static double[,] Build(ulong seed, uint step, uint purpose, int rows, int columns, Func<uint[], int, double> value)
    {
        var result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[i, j] = value(BlockOf(seed, step, purpose, i, j, columns, out int word), word);
        }
        return result;
    }
}
