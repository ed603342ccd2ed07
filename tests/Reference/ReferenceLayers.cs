namespace GpuCgan.Reference;

/// <summary>The layers that the reference networks share, in double, by their definitions.</summary>
internal static class ReferenceLayers
{
    /// <summary>How many linear layers a network has.</summary>
    public static int Count(Dictionary<string, double[,]> network) => network.Keys.Count(k => k.StartsWith("linear", StringComparison.Ordinal) && k.EndsWith(".weight", StringComparison.Ordinal));

    /// <summary>Layer number <paramref name="layer"/> of a network whose tensors go by name: x·w + b.</summary>
    public static double[,] Linear(double[,] x, Dictionary<string, double[,]> network, int layer)
    {
        var b = network[$"linear{layer}.bias"];
        return ReferenceGemm.Forward(x, network[$"linear{layer}.weight"], [.. Enumerable.Range(0, b.GetLength(1)).Select(j => b[0, j])]);
    }

    /// <summary>γ·x̂ + β with the batch's own statistics.</summary>
    public static double[,] Normalise(double[,] x, double[,] gamma, double[,] beta, double epsilon)
    {
        int rows = x.GetLength(0);
        var y = new double[rows, x.GetLength(1)];
        for (int c = 0; c < x.GetLength(1); c++)
        {
            double mean = Enumerable.Range(0, rows).Average(r => x[r, c]);
            double variance = Enumerable.Range(0, rows).Average(r => (x[r, c] - mean) * (x[r, c] - mean));
            for (int r = 0; r < rows; r++)
                y[r, c] = gamma[0, c] * (x[r, c] - mean) / Math.Sqrt(variance + epsilon) + beta[0, c];
        }
        return y;
    }

    public static double[,] Map(double[,] x, Func<double, double> f)
    {
        var y = new double[x.GetLength(0), x.GetLength(1)];
        for (int r = 0; r < y.GetLength(0); r++)
        {
            for (int c = 0; c < y.GetLength(1); c++)
                y[r, c] = f(x[r, c]);
        }
        return y;
    }
}
