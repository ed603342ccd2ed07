using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>Every parameter's gradient, as a whole step leaves it behind, against central differences of the losses in double.</summary>
public class GradientTests
{
    // A device's gradient is single precision over sums of at most 8·80 terms: relative 1e-4 of the largest, and the differences' own error is below 1e-8.
    private const double Tolerance = 2e-4;

    [Theory]
    [InlineData(LabelKind.OneHot, GeneratorBatchKind.Shared)]
    [InlineData(LabelKind.Embedding, GeneratorBatchKind.Fresh)]
    public void TheDiscriminatorsGradientIsThatOfItsLoss(LabelKind label, GeneratorBatchKind batch)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { Dropout = 0, Label = label, GeneratorBatch = batch, RealTarget = 0.9f, FakeTarget = 0.1f });
        var before = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        gan.TrainDiscriminator();

        var reference = new ReferenceGan { Discriminator = before };
        var pairs = TinyGan.Read(gan.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
        int rows = gan.Recipe.BatchSize;
        double[,] real = Rows(pairs, 0, rows), fake = Rows(pairs, rows, rows);
        int[] labels = TinyGan.Read(gan.Labels);
        Assert.Equal(labels[..rows], labels[rows..]);
        // Targets of 0.9 and 0.1 are rounded to single on the way in.
        Check(gan.DiscriminatorParameters, before, () => reference.DiscriminatorLoss(real, fake, labels[..rows], 0.9f, 0.1f));
    }

    [Theory]
    [InlineData(LabelKind.OneHot, GeneratorBatchKind.Shared)]
    [InlineData(LabelKind.Embedding, GeneratorBatchKind.Shared)]
    [InlineData(LabelKind.Embedding, GeneratorBatchKind.Fresh)]
    public void TheGeneratorsGradientIsThatOfItsLoss(LabelKind label, GeneratorBatchKind batch)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { Dropout = 0, Label = label, GeneratorBatch = batch });
        gan.TrainDiscriminator();
        var before = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var reference = new ReferenceGan { Generator = before, Discriminator = TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        gan.TrainGenerator();

        int rows = gan.Recipe.BatchSize;
        int[] labels = TinyGan.Read(gan.Labels)[rows..];
        var latent = TinyGan.Read(gan.Generator.LastInput.SliceColumns(0, gan.Recipe.Latent));
        Check(gan.GeneratorParameters, before, () => reference.GeneratorLoss(latent, labels));
    }

    private static void Check(Parameters parameters, Dictionary<string, double[,]> tensors, Func<double> loss)
    {
        var gradients = TinyGan.Tensors(parameters.Gradients);
        Assert.Equal(tensors.Keys, gradients.Keys);
        foreach (var (name, tensor) in tensors)
        {
            var expected = new double[tensor.GetLength(0), tensor.GetLength(1)];
            double largest = 0;
            for (int r = 0; r < expected.GetLength(0); r++)
            {
                for (int c = 0; c < expected.GetLength(1); c++)
                {
                    expected[r, c] = ReferenceGan.Derivative(tensor, r, c, loss);
                    largest = Math.Max(largest, Math.Abs(expected[r, c]));
                }
            }
            for (int r = 0; r < expected.GetLength(0); r++)
            {
                for (int c = 0; c < expected.GetLength(1); c++)
                {
                    Assert.True(Math.Abs(gradients[name][r, c] - expected[r, c]) <= Tolerance * largest + 1e-7,
                        $"{name}[{r}, {c}]: {gradients[name][r, c]} is not {expected[r, c]} (largest {largest}).");
                }
            }
        }
    }

    private static double[,] Rows(double[,] matrix, int start, int count)
    {
        var result = new double[count, matrix.GetLength(1)];
        Array.Copy(matrix, start * matrix.GetLength(1), result, 0, result.Length);
        return result;
    }
}
