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

    /// <summary>Labels; where D's code has more columns, each has as many of them.</summary>
    public int Classes { get; init; } = 3;

    /// <summary>Images for inputs [M, latent] and labels, normalised by the batch's own statistics.</summary>
    public double[,] Images(double[,] latent, int[] labels)
    {
        var x = Join(latent, labels, Generator);
        int last = ReferenceLayers.Count(Generator);
        for (int i = 1; i <= last; i++)
        {
            x = ReferenceLayers.Linear(x, Generator, i);
            if (Generator.ContainsKey($"norm{i}.gamma"))
                x = ReferenceLayers.Normalise(x, Generator[$"norm{i}.gamma"], Generator[$"norm{i}.beta"], BatchNormEpsilon);
            x = ReferenceLayers.Map(x, i == last ? Math.Tanh : v => v > 0 ? v : Slope * v);
        }
        return x;
    }

    /// <summary>Logits for images and labels.</summary>
    public double[] Logits(double[,] images, int[] labels)
    {
        var x = Join(images, labels, Discriminator);
        int last = ReferenceLayers.Count(Discriminator);
        for (int i = 1; i <= last; i++)
        {
            x = ReferenceLayers.Linear(x, Discriminator, i);
            if (Discriminator.ContainsKey($"norm{i}.gamma"))
                x = ReferenceLayers.Normalise(x, Discriminator[$"norm{i}.gamma"], Discriminator[$"norm{i}.beta"], BatchNormEpsilon);
            if (i < last)
                x = ReferenceLayers.Map(x, v => v > 0 ? v : Slope * v);
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

    /// <summary>[x | code], of ones and zeros or from the network's table.</summary>
    private double[,] Join(double[,] x, int[] labels, Dictionary<string, double[,]> network)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        network.TryGetValue("labels.table", out var table);
        int code = network["linear1.weight"].GetLength(0) - columns;
        var joined = new double[rows, columns + code];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                joined[r, c] = x[r, c];
            for (int k = 0; k < code; k++)
                joined[r, columns + k] = table is not null ? table[labels[r], k] : labels[r] == k / (code / Classes) ? 1 : 0;
        }
        return joined;
    }
}
