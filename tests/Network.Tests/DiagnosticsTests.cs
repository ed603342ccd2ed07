using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class DiagnosticsTests
{
    [Theory]
    [InlineData(GeneratorBatchKind.Shared), InlineData(GeneratorBatchKind.Fresh)]
    public void TheyAreWhatTheBatchAndTheGradientsSay(GeneratorBatchKind batch)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorBatch = batch });
        for (int i = 0; i < 3; i++)
            gan.TrainStep();
        var read = gan.ReadDiagnostics();

        double Norm(Arena gradients) => Math.Sqrt(gradients.Download().Sum(g => (double)g * g));
        // SumOfSquares' bound, halved by the root.
        Close(Norm(gan.GeneratorParameters.Gradients), read.GeneratorGradientNorm, 49 * Math.Pow(2, -24));
        Close(Norm(gan.DiscriminatorParameters.Gradients), read.DiscriminatorGradientNorm, 49 * Math.Pow(2, -24));

        var pairs = TinyGan.Read(gan.Batch.Pairs);
        var labels = TinyGan.Read(gan.Batch.Labels);
        int rows = TinyGan.Recipe.BatchSize;
        // 16 squares of floats, their sums and a root.
        Close(MeanDistance(pairs, labels, 0, rows), read.RealDistance, 20 * Math.Pow(2, -24));
        Close(MeanDistance(pairs, labels, rows, rows), read.GeneratedDistance, 20 * Math.Pow(2, -24));
        Assert.NotEqual(read.RealDistance, read.GeneratedDistance);
    }

    [Fact]
    public void ReadingThemChangesNothing()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using ConditionalGan a = TinyGan.Create(device), b = TinyGan.Create(device);
        for (int i = 0; i < 5; i++)
        {
            a.TrainStep();
            b.TrainStep();
            a.ReadDiagnostics();
        }
        Assert.Equal(TinyGan.AllParameters(b), TinyGan.AllParameters(a));
    }

    [Theory]
    [InlineData(1, 5, 1), InlineData(40, 784, 4), InlineData(70, 17, 1), InlineData(9, 3, 9)]
    public void DistancesAreOfPairsOfAClass(int rows, int pixels, int classes)
    {
        var random = new Random(rows);
        int stride = pixels + 6;
        var values = new float[(rows * stride) - 6];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)((random.NextDouble() * 2) - 1);
        int[] labels = [.. Enumerable.Range(0, rows).Select(i => i % classes)];
        var matrix = new double[rows, pixels];
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < pixels; c++)
                matrix[r, c] = values[(r * stride) + c];
        }
        double found = DiagnosticsReader.MeanDistance(values, stride, pixels, labels);
        if (rows <= classes)
            Assert.True(double.IsNaN(found));
        else if (rows < 46)
            Close(MeanDistance(matrix, labels, 0, rows), found, (pixels + 4) * Math.Pow(2, -24));
        else // Of more than a thousand pairs a thousand are taken: here 2,415, whose distances are within a few per cent of one another.
            Close(MeanDistance(matrix, labels, 0, rows), found, 0.05);
    }

    private static double MeanDistance(double[,] rows, int[] labels, int first, int count)
    {
        var distances = from i in Enumerable.Range(first, count)
                        from j in Enumerable.Range(first, count)
                        where i < j && labels[i] == labels[j]
                        select Math.Sqrt(Enumerable.Range(0, Pixels(rows)).Average(p => Math.Pow(rows[i, p] - rows[j, p], 2)));
        return distances.Average();
    }

    /// <summary>Pixels of a row; a batch of pairs has the labels behind them.</summary>
    private static int Pixels(double[,] rows) => rows.GetLength(1) == TinyGan.Image.Pixels + TinyGan.Classes ? TinyGan.Image.Pixels : rows.GetLength(1);

    private static void Close(double expected, double found, double tolerance) =>
        Assert.True(Math.Abs(expected - found) <= tolerance * expected, $"expected {expected}, found {found}");
}
