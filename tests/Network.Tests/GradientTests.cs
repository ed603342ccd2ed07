using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>Every parameter's gradient, as a whole step leaves it behind, against central differences of the losses in double.</summary>
public class GradientTests
{
    public static TheoryData<string, Recipe> Recipes => new()
    {
        { "binary_cross_entropy", Tiny },
        { "binary_cross_entropy", Tiny with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding } },
        { "binary_cross_entropy", Tiny with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, GeneratorBatch = GeneratorBatchKind.Fresh, RealTarget = 0.9f, FakeTarget = 0.1f } },
        { "binary_cross_entropy", Tiny with { Augment = new AugmentRecipe { Translate = 0.25f }, InstanceNoise = 0.3f, MismatchedPairs = 0.25f } },
        { "binary_cross_entropy", Tiny with { Augment = new AugmentRecipe { Translate = 0.5f }, GeneratorBatch = GeneratorBatchKind.Fresh, NCritic = 2 } },
        { "minimax", Tiny with { Objective = ObjectiveKind.Minimax } },
        { "maximum_likelihood", Tiny with { Objective = ObjectiveKind.MaximumLikelihood } },
        { "least_squares", Tiny with { Objective = ObjectiveKind.LeastSquares, RealTarget = 0.9f } },
        { "hinge", Tiny with { Objective = ObjectiveKind.Hinge, MismatchedPairs = 0.5f, RealTarget = 0.9f } },
        { "wasserstein", Tiny with { Objective = ObjectiveKind.Wasserstein, WeightClip = 1, InstanceNoise = 0.1f } },
        { "binary_cross_entropy", Tiny with { GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None } },
        { "binary_cross_entropy", Tiny with { DiscriminatorLabel = DiscriminatorLabelKind.Planes } },
        { "binary_cross_entropy", Tiny with { DiscriminatorLabel = DiscriminatorLabelKind.Plane } },
        { "binary_cross_entropy", Small with { GeneratorLabel = GeneratorLabelKind.Multiply } },
        { "binary_cross_entropy", Projecting with { GeneratorLabel = GeneratorLabelKind.Multiply, GeneratorBatch = GeneratorBatchKind.Fresh } },
        { "hinge", Projecting with { Objective = ObjectiveKind.Hinge, MismatchedPairs = 0.25f } },
        // One layer: the features are the images' numbers.
        { "binary_cross_entropy", Projecting with { Discriminator = ["linear 1"] } },
        { "binary_cross_entropy", Classifying },
        { "wasserstein", Classifying with { Objective = ObjectiveKind.Wasserstein, WeightClip = 1, AuxiliaryWeight = 0.25f, GeneratorLabel = GeneratorLabelKind.Embedding } },
        { "binary_cross_entropy", OfVectors },
        { "binary_cross_entropy", OfVectors with { RealVector = RealVectorKind.Ones, RealTarget = 0.9f } },
        { "least_squares", OfVectors with { Objective = ObjectiveKind.LeastSquares, RealTarget = 0.9f, FakeTarget = 0.1f, Augment = new AugmentRecipe { Translate = 0.25f } } },
        // A dropout of nothing keeps the activation out of the product's epilogue.
        { "binary_cross_entropy", Tiny with { Discriminator = ["linear 200", "dropout 0", "leaky_relu 0.2", "linear 1"] } },
        // Real and generated halves are normalised apart.
        { "binary_cross_entropy", Tiny with { Discriminator = NormalisingLayers } },
        { "binary_cross_entropy", Small with { Packing = 2 } },
        { "hinge", Small with { Packing = 4, Objective = ObjectiveKind.Hinge, GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, RealTarget = 0.9f } },
        { "binary_cross_entropy", Small with { Packing = 2, DiscriminatorLabel = DiscriminatorLabelKind.Plane, Augment = new AugmentRecipe { Translate = 0.25f }, InstanceNoise = 0.3f } },
        { "wasserstein", Small with { Packing = 2, DiscriminatorLabel = DiscriminatorLabelKind.Planes, Objective = ObjectiveKind.Wasserstein, WeightClip = 1, GeneratorBatch = GeneratorBatchKind.Fresh, NCritic = 2 } },
        { "binary_cross_entropy", Small with { Packing = 2, GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None, Discriminator = ["linear 200", "batch_norm", "leaky_relu 0.2", "linear 1"] } },
    };

    private static Recipe Tiny => TinyGan.Steady;

    /// <summary>What is new in them lies at their ends, so that a single hidden layer will do.</summary>
    private static Recipe Small => Tiny with { Generator = ["linear 100", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 150", "leaky_relu 0.2", "linear 1"] };

    private static Recipe Projecting => Small with { DiscriminatorLabel = DiscriminatorLabelKind.Projection };

    private static Recipe Classifying => Small with { DiscriminatorLabel = DiscriminatorLabelKind.Auxiliary, Discriminator = [.. Small.Discriminator[..^1], "linear 1+classes"] };

    private static Recipe OfVectors => Small with { DiscriminatorLabel = DiscriminatorLabelKind.ClassVector, Discriminator = [.. Small.Discriminator[..^1], "linear classes"] };

    private static readonly string[] NormalisingLayers = ["linear 200", "leaky_relu 0.2", "linear 300", "batch_norm", "leaky_relu 0.2", "linear 1"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void TheDiscriminatorsGradientIsThatOfItsLoss(string objective, Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        var before = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        gan.TrainDiscriminator();

        var reference = Reference(objective, recipe, [], before);
        // What D saw: after augmentation, and with the wrong labels that some real images stand under.
        var seen = TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
        int rows = recipe.BatchSize, real = rows - (int)Math.Ceiling(recipe.MismatchedPairs * rows);
        int[] labels = TinyGan.Read(gan.Batch.Labels);
        Assert.Equal(labels[..real], labels[rows..(rows + real)]);
        // Targets of 0.9 and 0.1 are rounded to single on the way in.
        GradientCheck.Assert(gan.DiscriminatorParameters, before, () => reference.DiscriminatorLoss(seen, labels, real, recipe.RealTarget, recipe.FakeTarget));
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void TheGeneratorsGradientIsThatOfItsLoss(string objective, Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        gan.TrainDiscriminator();
        var before = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var reference = Reference(objective, recipe, before, TinyGan.Tensors(gan.DiscriminatorParameters.Values));
        gan.TrainGenerator();

        int rows = recipe.BatchSize, pixels = TinyGan.Image.Pixels;
        int[] labels = TinyGan.Read(gan.Batch.Labels)[rows..];
        var latent = TinyGan.Read(gan.Generator.LastLatents);
        double[,] images = TinyGan.Read(gan.Batch.Images.SliceRows(rows, rows)), seen = TinyGan.Read(gan.Batch.Pairs.SliceRows(rows, rows).SliceColumns(0, pixels));
        int reach = (int)Math.Round(recipe.Augment.Translate * 4);
        // The move of an image is the one that leaves the least noise: what is left then is the noise.
        var moves = new (int Down, int Right)[rows];
        var noise = new double[rows, pixels];
        for (int r = 0; r < rows; r++)
        {
            double Difference(int i, (int Down, int Right) move)
            {
                int row = i / 4 - move.Down, column = i % 4 - move.Right;
                return seen[r, i] - (row is >= 0 and < 4 && column is >= 0 and < 4 ? images[r, row * 4 + column] : -1);
            }
            var candidates = from down in Enumerable.Range(-reach, 2 * reach + 1) from right in Enumerable.Range(-reach, 2 * reach + 1) select (down, right);
            moves[r] = candidates.MinBy(move => Enumerable.Range(0, pixels).Sum(i => Math.Pow(Difference(i, move), 2)));
            for (int i = 0; i < pixels; i++)
                noise[r, i] = Difference(i, moves[r]);
        }
        if (reach > 0)
            Assert.True(moves.Distinct().Count() > 2, "The images were not moved, each by itself.");
        Assert.Equal(recipe.InstanceNoise > 0, noise.Cast<double>().Any(n => Math.Abs(n) > 0.01));
        GradientCheck.Assert(gan.GeneratorParameters, before, () => reference.GeneratorLoss(latent, labels, moves, noise));
    }

    private static ReferenceGan Reference(string objective, Recipe recipe, Dictionary<string, double[,]> generator, Dictionary<string, double[,]> discriminator) => new()
    {
        Generator = generator,
        Discriminator = discriminator,
        Objective = ReferenceObjective.All[objective],
        Head = recipe.DiscriminatorLabel switch { DiscriminatorLabelKind.Auxiliary => "auxiliary", DiscriminatorLabelKind.ClassVector => "class_vector", _ => "score" },
        AuxiliaryWeight = recipe.AuxiliaryWeight,
        Packing = recipe.Packing,
        RealOnes = recipe.RealVector == RealVectorKind.Ones,
    };

    [Fact]
    public void AStepOfGLeavesTheStatisticsOfDAlone()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Steady with { Discriminator = NormalisingLayers });
        gan.TrainDiscriminator();
        float[] statistics = gan.DiscriminatorParameters.Statistics.Download(), gradients = gan.DiscriminatorParameters.Gradients.Download();
        gan.TrainGenerator();
        Assert.Equal(statistics, gan.DiscriminatorParameters.Statistics.Download());
        Assert.Equal(gradients, gan.DiscriminatorParameters.Gradients.Download());
    }

    [Fact]
    public void AnUnconditionalGanSeesNoLabel()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Steady with { GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None });
        Assert.Equal(TinyGan.Recipe.Latent, gan.Generator.LastInput.Columns);
        Assert.Equal(TinyGan.Image.Pixels, gan.Batch.Pairs.Columns);
    }
}
