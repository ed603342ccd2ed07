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

    /// <summary>So many images with their labels are one sample of D.</summary>
    public int Packing { get; init; } = 1;

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

    /// <summary>What D's outputs are, by the name of discriminator_label: auxiliary, class_vector, or anything else for a score.</summary>
    public string Head { get; init; } = "one_hot";

    /// <summary>λ of an auxiliary D.</summary>
    public double AuxiliaryWeight { get; init; } = 1;

    /// <summary>Whether a real image's vector is of ones alone.</summary>
    public bool RealOnes { get; init; }

    /// <summary>[M/packing, D's outputs] for images and labels.</summary>
    public double[,] Outputs(double[,] images, int[] labels)
    {
        var x = Packed(Join(images, labels, Discriminator, Packing), Packing);
        int last = ReferenceLayers.Count(Discriminator);
        for (int i = 1; i <= last; i++)
        {
            var h = x;
            x = ReferenceLayers.Linear(h, Discriminator, i);
            if (i == last && Discriminator.TryGetValue("projection.table", out var table))
            {
                for (int r = 0; r < labels.Length; r++)
                    x[r, 0] += Enumerable.Range(0, h.GetLength(1)).Sum(c => table[labels[r], c] * h[r, c]);
            }
            if (Discriminator.ContainsKey($"norm{i}.gamma"))
                x = ReferenceLayers.Normalise(x, Discriminator[$"norm{i}.gamma"], Discriminator[$"norm{i}.beta"], BatchNormEpsilon);
            if (i < last)
                x = ReferenceLayers.Map(x, v => v > 0 ? v : Slope * v);
        }
        return x;
    }

    /// <summary>The game.</summary>
    public ReferenceObjective Objective { get; init; } = ReferenceObjective.All["binary_cross_entropy"];

    /// <summary>The mean over the real pairs plus the mean over all others: <paramref name="images"/> holds the real ones first.</summary>
    public double DiscriminatorLoss(double[,] images, int[] labels, int real, double realTarget = 1, double fakeTarget = 0)
    {
        // D is called for the real half and for the generated one: where it normalises, each has its own statistics.
        int half = labels.Length / 2;
        double[,] ofReal = Outputs(Rows(images, 0, half), labels[..half]), ofFake = Outputs(Rows(images, half, half), labels[half..]);
        if (Head == "class_vector")
        {
            return VectorLoss(ofReal, (r, c) => c == labels[r] || RealOnes ? realTarget : fakeTarget) + VectorLoss(ofFake, (_, _) => fakeTarget);
        }
        double[] logits = [.. Column(ofReal), .. Column(ofFake)];
        real /= Packing;
        double loss = logits[..real].Average(z => Objective.Discriminator(z, realTarget)) + logits[real..].Average(z => Objective.Discriminator(z, fakeTarget));
        return Head == "auxiliary" ? loss + AuxiliaryWeight * (ClassLoss(ofReal, labels[..half]) + ClassLoss(ofFake, labels[half..])) : loss;
    }

    private double VectorLoss(double[,] outputs, Func<int, int, double> target)
    {
        double sum = 0;
        for (int r = 0; r < outputs.GetLength(0); r++)
        {
            for (int c = 0; c < outputs.GetLength(1); c++)
                sum += Objective.Discriminator(outputs[r, c], target(r, c));
        }
        return sum / outputs.Length;
    }

    private static double ClassLoss(double[,] outputs, int[] labels) => Enumerable.Range(0, labels.Length)
        .Average(r => ReferenceSoftmax.Loss([.. Enumerable.Range(1, outputs.GetLength(1) - 1).Select(c => outputs[r, c])], labels[r]));

    private static double[] Column(double[,] outputs) => [.. Enumerable.Range(0, outputs.GetLength(0)).Select(r => outputs[r, 0])];

    /// <summary>What G pays for its images, as D sees them: changed by a function, each moved down and to the right by its own number of pixels, with −1 coming in, and with noise added.</summary>
    public double GeneratorLoss(double[,] latent, int[] labels, (int Down, int Right)[]? moves = null, double[,]? noise = null, Func<double[,], double[,]>? augment = null)
    {
        var images = Images(latent, labels);
        if (augment is not null)
            images = augment(images);
        if (moves is not null)
            images = Moved(images, moves);
        for (int i = 0; noise is not null && i < images.Length; i++)
            images[i / images.GetLength(1), i % images.GetLength(1)] += noise[i / images.GetLength(1), i % images.GetLength(1)];
        var outputs = Outputs(images, labels);
        if (Head == "class_vector")
            return VectorLoss(outputs, (r, c) => c == labels[r] || RealOnes ? 1 : 0);
        double loss = Column(outputs).Average(Objective.Generator);
        return Head == "auxiliary" ? loss + AuxiliaryWeight * ClassLoss(outputs, labels) : loss;
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

    /// <summary>Sample s is the rows s·m, s·m + 1, … one behind the other.</summary>
    private static double[,] Packed(double[,] x, int m)
    {
        int width = x.GetLength(1);
        var packed = new double[x.GetLength(0) / m, m * width];
        for (int r = 0; r < x.GetLength(0); r++)
        {
            for (int c = 0; c < width; c++)
                packed[r / m, r % m * width + c] = x[r, c];
        }
        return packed;
    }

    /// <summary>[x | code], of ones and zeros or from the network's table; x times the table's row where there is no room behind it.</summary>
    private double[,] Join(double[,] x, int[] labels, Dictionary<string, double[,]> network, int packing = 1)
    {
        int rows = x.GetLength(0), columns = x.GetLength(1);
        network.TryGetValue("labels.table", out var table);
        int code = network["linear1.weight"].GetLength(0) / packing - columns;
        var joined = new double[rows, columns + code];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                joined[r, c] = table is not null && code == 0 ? x[r, c] * table[labels[r], c] : x[r, c];
            for (int k = 0; k < code; k++)
                joined[r, columns + k] = table is not null ? table[labels[r], k] : labels[r] == k / (code / Classes) ? 1 : 0;
        }
        return joined;
    }
}
