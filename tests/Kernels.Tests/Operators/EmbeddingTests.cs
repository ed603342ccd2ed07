using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class EmbeddingTests
{
    /// <summary>Batch, classes, d, seed: ones, primes, classes that do not occur, more rows than an item of work.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [7, 3, 5, 2], [64, 10, 64, 3], [13, 29, 63, 4], [5, 2, 65, 5], [131, 4, 17, 6], [600, 3, 31, 7]];

    private static int[] Labels(int batch, int classes, int seed)
    {
        var random = new Random(seed);
        // Every seventh label lies outside.
        return [.. Enumerable.Range(0, batch).Select(i => i % 7 == 6 ? (i % 2 == 0 ? -1 : classes) : random.Next(classes))];
    }

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ForwardCopiesRowsAndBackwardSumsThem(string device, int batch, int classes, int columns, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} batch={batch} classes={classes} d={columns} seed={seed}";
        int[] labels = Labels(batch, classes, seed);
        // Small integers, so that the sums are exact.
        double[,] table = Draw.Integers(classes, columns, seed + 1), dy = Draw.Integers(batch, columns, seed + 2), before = Draw.Integers(classes, columns, seed + 3);
        using var gLabels = d.Allocate<int>(batch);
        gLabels.Upload(labels);
        using var gTable = GuardedMatrix.Of(d, table);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var y = GuardedMatrix.Unwritten(d, batch, columns);
        var embedding = new Embedding(d);
        embedding.Forward(gLabels.View, gTable.Matrix, y.Matrix);
        Close.AssertEqual(ReferenceEmbedding.Forward(labels, table), y.Read(context), context + " forward");

        using var dTable = GuardedMatrix.Unwritten(d, classes, columns);
        embedding.Gradient(gLabels.View, gdy.Matrix, dTable.Matrix, accumulate: false);
        var expected = ReferenceEmbedding.Gradient(labels, dy, classes);
        Close.AssertEqual(expected, dTable.Read(context), context + " gradient");

        using var sum = GuardedMatrix.Of(d, before);
        embedding.Gradient(gLabels.View, gdy.Matrix, sum.Matrix, accumulate: true);
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j < columns; j++)
                expected[i, j] += before[i, j];
        }
        Close.AssertEqual(expected, sum.Read(context), context + " accumulated gradient");
    }

    /// <summary>Sums that round: their bits tell the order.</summary>
    [Fact]
    public void TheOrderOfTheSumIsThatOfTheBatchOnBothCpuDevicesAndAnyThreads()
    {
        const int batch = 200, classes = 3, columns = 37;
        int[] labels = Labels(batch, classes, 1);
        double[,] dy = Draw.Uniform(batch, columns, 2), before = Draw.Uniform(classes, columns, 3);
        var expected = new float[classes, columns];
        for (int i = 0; i < batch; i++)
        {
            for (int j = 0; j < columns && labels[i] >= 0 && labels[i] < classes; j++)
                expected[labels[i], j] += (float)dy[i, j];
        }
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j < columns; j++)
                expected[i, j] += (float)before[i, j];
        }
        using var one = ComputeDevice.Open("cpu", 1);
        using var three = ComputeDevice.Open("cpu", 3);
        foreach (var d in (ComputeDevice[])[one, three, TestDevice.Get("cpu-ilgpu")])
        {
            using var gLabels = d.Allocate<int>(batch);
            gLabels.Upload(labels);
            using var gdy = GuardedMatrix.Of(d, dy);
            using var sum = GuardedMatrix.Of(d, before);
            new Embedding(d).Gradient(gLabels.View, gdy.Matrix, sum.Matrix, accumulate: true);
            Assert.Equal(expected, sum.Read(d.Name));
        }
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var labels = d.Allocate<int>(2);
        using var table = GuardedMatrix.Unwritten(d, 4, 3);
        using var y = GuardedMatrix.Unwritten(d, 2, 4);
        using var more = GuardedMatrix.Unwritten(d, 3, 3);
        var embedding = new Embedding(d);
        Assert.Throws<ArgumentException>(() => embedding.Forward(labels.View, table.Matrix, y.Matrix));
        Assert.Throws<ArgumentException>(() => embedding.Gradient(labels.View, more.Matrix, table.Matrix, false));
    }
}
