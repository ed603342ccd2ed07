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

    /// <summary>The game.</summary>
    public ReferenceObjective Objective { get; init; } = ReferenceObjective.All["binary_cross_entropy"];

    /// <summary>The mean over the real pairs plus the mean over all others: <paramref name="images"/> holds the real ones first.</summary>
    public double DiscriminatorLoss(double[,] images, int[] labels, int real, double realTarget = 1, double fakeTarget = 0)
    {
        // D is called for the real half and for the generated one: where it normalises, each has its own statistics.
        int half = labels.Length / 2;
        double[] logits = [.. Logits(Rows(images, 0, half), labels[..half]), .. Logits(Rows(images, half, half), labels[half..])];
        return logits[..real].Average(z => Objective.Discriminator(z, realTarget)) + logits[real..].Average(z => Objective.Discriminator(z, fakeTarget));
    }

    /// <summary>What G pays for its images, as D sees them: each moved down and to the right by its own number of pixels, with −1 coming in, and with noise added.</summary>
    public double GeneratorLoss(double[,] latent, int[] labels, (int Down, int Right)[]? moves = null, double[,]? noise = null)
    {
        var images = Images(latent, labels);
        if (moves is not null)
            images = Moved(images, moves);
        for (int i = 0; noise is not null && i < images.Length; i++)
            images[i / images.GetLength(1), i % images.GetLength(1)] += noise[i / images.GetLength(1), i % images.GetLength(1)];
        return Logits(images, labels).Average(Objective.Generator);
    }

    /// <summary>Square images of one channel, each moved, with −1 coming in.</summary>
    private static double[,] Moved(double[,] images, (int Down, int Right)[] moves)
    {
        int side = (int)Math.Round(Math.Sqrt(images.GetLength(1)));
        var moved = new double[images.GetLength(0), images.GetLength(1)];
        for (int r = 0; r < moves.Length; r++)
        {
            for (int i = 0; i < side * side; i++)
            {
                int row = i / side - moves[r].Down, column = i % side - moves[r].Right;
                bool inside = row >= 0 && row < side && column >= 0 && column < side;
                moved[r, i] = inside ? images[r, row * side + column] : -1;
            }
        }
        return moved;
    }

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

    private static double[,] Rows(double[,] matrix, int start, int count)
    {
        var result = new double[count, matrix.GetLength(1)];
        Array.Copy(matrix, start * matrix.GetLength(1), result, 0, result.Length);
        return result;
    }

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
