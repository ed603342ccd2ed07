namespace GpuCgan.Kernels.Tests;

/// <summary>Inputs for a test, from the seed that its row names. (System.Random serves tests alone; training has Philox.)</summary>
internal static class Draw
{
    /// <summary>Integers in [−limit, limit]: sums of products stay exact in single precision.</summary>
    public static double[,] Integers(int rows, int columns, int seed, int limit = 4)
    {
        var random = new Random(seed);
        return Fill(rows, columns, () => random.Next(-limit, limit + 1));
    }

    /// <summary>Uniform in [low, high), rounded to single so that reference and device see the same inputs.</summary>
    public static double[,] Uniform(int rows, int columns, int seed, double low = -1, double high = 1)
    {
        var random = new Random(seed);
        return Fill(rows, columns, () => (float)(low + (high - low) * random.NextDouble()));
    }

    private static double[,] Fill(int rows, int columns, Func<double> next)
    {
        var result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                result[i, j] = next();
        }
        return result;
    }
}
