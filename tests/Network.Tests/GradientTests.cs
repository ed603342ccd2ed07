using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>Every parameter's gradient, as a whole step leaves it behind, against central differences of the losses in double.</summary>
public class GradientTests
{
    [Theory]
    [InlineData(DiscriminatorLabelKind.OneHot, GeneratorBatchKind.Shared)]
    [InlineData(DiscriminatorLabelKind.Embedding, GeneratorBatchKind.Fresh)]
    [InlineData(DiscriminatorLabelKind.Planes, GeneratorBatchKind.Shared)]
    [InlineData(DiscriminatorLabelKind.Plane, GeneratorBatchKind.Shared)]
    public void TheDiscriminatorsGradientIsThatOfItsLoss(DiscriminatorLabelKind label, GeneratorBatchKind batch) =>
        CheckDiscriminator(TinyGan.Steady with { DiscriminatorLabel = label, GeneratorBatch = batch });

    [Fact]
    public void AnUnconditionalGanSeesNoLabel()
    {
        var recipe = TinyGan.Steady with { GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None };
        CheckDiscriminator(recipe);
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        Assert.Equal(recipe.Latent, gan.Generator.LastInput.Columns);
        Assert.Equal(TinyGan.Image.Pixels, gan.Pairs.Columns);
    }

    [Fact]
    public void AnActivationOnItsOwnHasTheSameGradient() =>
        // A dropout of nothing keeps it out of the product's epilogue.
        CheckDiscriminator(TinyGan.Steady with { Discriminator = ["linear 200", "dropout 0", "leaky_relu 0.2", "linear 1"] });

    [Fact]
    public void ADiscriminatorThatNormalisesTakesEachHalfForItself() =>
        CheckDiscriminator(TinyGan.Steady with { Discriminator = NormalisingLayers });

    private static readonly string[] NormalisingLayers = ["linear 200", "leaky_relu 0.2", "linear 300", "batch_norm", "leaky_relu 0.2", "linear 1"];

    private static void CheckDiscriminator(Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe with { RealTarget = 0.9f, FakeTarget = 0.1f });
        var before = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        gan.TrainDiscriminator();

        var reference = new ReferenceGan { Discriminator = before };
        var pairs = TinyGan.Read(gan.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
        int rows = gan.Recipe.BatchSize;
        double[,] real = Rows(pairs, 0, rows), fake = Rows(pairs, rows, rows);
        int[] labels = TinyGan.Read(gan.Labels);
        Assert.Equal(labels[..rows], labels[rows..]);
        // Targets of 0.9 and 0.1 are rounded to single on the way in.
        GradientCheck.Assert(gan.DiscriminatorParameters, before, () => reference.DiscriminatorLoss(real, fake, labels[..rows], 0.9f, 0.1f));
    }

    [Theory]
    [InlineData(GeneratorLabelKind.OneHot, GeneratorBatchKind.Shared)]
    [InlineData(GeneratorLabelKind.Embedding, GeneratorBatchKind.Shared)]
    [InlineData(GeneratorLabelKind.Embedding, GeneratorBatchKind.Fresh)]
    public void TheGeneratorsGradientIsThatOfItsLoss(GeneratorLabelKind label, GeneratorBatchKind batch)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Steady with { GeneratorLabel = label, GeneratorBatch = batch });
        gan.TrainDiscriminator();
        var before = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var reference = new ReferenceGan { Generator = before, Discriminator = TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        gan.TrainGenerator();

        int rows = gan.Recipe.BatchSize;
        int[] labels = TinyGan.Read(gan.Labels)[rows..];
        var latent = TinyGan.Read(gan.Generator.LastInput.SliceColumns(0, gan.Recipe.Latent));
        GradientCheck.Assert(gan.GeneratorParameters, before, () => reference.GeneratorLoss(latent, labels));
    }

    [Fact]
    public void TheGeneratorsGradientGoesThroughADiscriminatorThatNormalises()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Steady with { Discriminator = NormalisingLayers });
        gan.TrainDiscriminator();
        var before = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var reference = new ReferenceGan { Generator = before, Discriminator = TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        float[] statistics = gan.DiscriminatorParameters.Statistics.Download(), gradients = gan.DiscriminatorParameters.Gradients.Download();
        gan.TrainGenerator();

        int rows = gan.Recipe.BatchSize;
        int[] labels = TinyGan.Read(gan.Labels)[rows..];
        var latent = TinyGan.Read(gan.Generator.LastInput.SliceColumns(0, gan.Recipe.Latent));
        GradientCheck.Assert(gan.GeneratorParameters, before, () => reference.GeneratorLoss(latent, labels));
        // G's step leaves all of D alone, its running statistics too.
        Assert.Equal(statistics, gan.DiscriminatorParameters.Statistics.Download());
        Assert.Equal(gradients, gan.DiscriminatorParameters.Gradients.Download());
    }

    private static double[,] Rows(double[,] matrix, int start, int count)
    {
        var result = new double[count, matrix.GetLength(1)];
        Array.Copy(matrix, start * matrix.GetLength(1), result, 0, result.Length);
        return result;
    }
}
