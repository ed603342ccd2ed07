namespace GpuCgan.Reference;

/// <summary>
/// The mlp GAN's forward passes and losses in double, by the definition, from tensors by name. Dropout is off. Gradients come from central differences, so
/// nothing here knows how to go backward.
/// </summary>
public sealed class ReferenceGan
{
    private const double Slope = 0.2;

    /// <summary>A tensor: [rows, columns], one row for a vector.</summary>
    public Dictionary<string, double[,]> Generator { get; init; } = [];

    public Dictionary<string, double[,]> Discriminator { get; init; } = [];

    public double BatchNormEpsilon { get; init; } = 1e-5;

    /// <summary>Images for inputs [M, latent] and labels, normalised by the batch's own statistics.</summary>
    public double[,] Images(double[,] latent, int[] labels)
    {
        var x = Join(latent, labels, Generator);
        int last = Layers(Generator);
        for (int i = 1; i <= last; i++)
        {
            x = Linear(x, Generator, i);
            if (Generator.ContainsKey($"norm{i}.gamma"))
                x = Normalise(x, Generator[$"norm{i}.gamma"], Generator[$"norm{i}.beta"]);
            x = Map(x, i == last ? Math.Tanh : v => v > 0 ? v : Slope * v);
        }
        return x;
    }

    /// <summary>Logits for images and labels.</summary>
    public double[] Logits(double[,] images, int[] labels)
    {
        var x = Join(images, labels, Discriminator);
        int last = Layers(Discriminator);
        for (int i = 1; i <= last; i++)
        {
            x = Linear(x, Discriminator, i);
            if (i < last)
                x = Map(x, v => v > 0 ? v : Slope * v);
        }
        return [.. Enumerable.Range(0, x.GetLength(0)).Select(r => x[r, 0])];
    }

    /// <summary>mean over the real half of softplus(z) − t·z, plus the same over the generated half.</summary>
    public double DiscriminatorLoss(double[,] real, double[,] fake, int[] labels, double realTarget = 1, double fakeTarget = 0) =>
        CrossEntropy(Logits(real, labels), realTarget) + CrossEntropy(Logits(fake, labels), fakeTarget);

    /// <summary>The non-saturating loss: cross-entropy of the generated pairs with target 1.</summary>
    public double GeneratorLoss(double[,] latent, int[] labels) => CrossEntropy(Logits(Images(latent, labels), labels), 1);

    /// <summary>∂loss/∂tensor[r, c] by central differences.</summary>
    public static double Derivative(double[,] tensor, int r, int c, Func<double> loss, double h = 1e-6)
    {
        double at = tensor[r, c];
        tensor[r, c] = at + h;
        double above = loss();
        tensor[r, c] = at - h;
        double below = loss();
        tensor[r, c] = at;
        return (above - below) / (2 * h);
    }

    private static double CrossEntropy(double[] logits, double target) =>
        logits.Average(z => Math.Max(z, 0) + Math.Log(1 + Math.Exp(-Math.Abs(z))) - target * z);

    private static int Layers(Dictionary<string, double[,]> network) => network.Keys.Count(k => k.StartsWith("linear", StringComparison.Ordinal) && k.EndsWith(".weight", StringComparison.Ordinal));

    /// <summary>[x | label], one-hot or from the network's table.</summary>
    private static double[,] Join(double[,] x, int[] labels, Dictionary<string, double[,]> network)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        network.TryGetValue("labels.table", out var table);
        int classes = network["linear1.weight"].GetLength(0) - columns;
        var joined = new double[rows, columns + classes];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                joined[r, c] = x[r, c];
            for (int k = 0; k < classes; k++)
                joined[r, columns + k] = table is not null ? table[labels[r], k] : labels[r] == k ? 1 : 0;
        }
        return joined;
    }

    private static double[,] Linear(double[,] x, Dictionary<string, double[,]> network, int layer)
    {
        var b = network[$"linear{layer}.bias"];
        return ReferenceGemm.Forward(x, network[$"linear{layer}.weight"], [.. Enumerable.Range(0, b.GetLength(1)).Select(j => b[0, j])]);
    }

    private double[,] Normalise(double[,] x, double[,] gamma, double[,] beta)
    {
        int rows = x.GetLength(0);
        var y = new double[rows, x.GetLength(1)];
        for (int c = 0; c < x.GetLength(1); c++)
        {
            double mean = Enumerable.Range(0, rows).Average(r => x[r, c]);
            double variance = Enumerable.Range(0, rows).Average(r => (x[r, c] - mean) * (x[r, c] - mean));
            for (int r = 0; r < rows; r++)
                y[r, c] = gamma[0, c] * (x[r, c] - mean) / Math.Sqrt(variance + BatchNormEpsilon) + beta[0, c];
        }
        return y;
    }

    private static double[,] Map(double[,] x, Func<double, double> f)
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
