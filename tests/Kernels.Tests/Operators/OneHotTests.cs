using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class OneHotTests
{
    /// <summary>B, classes, columns a label, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [7, 10, 1, 2], [65, 3, 1, 3], [5, 64, 1, 4], [600, 2, 1, 5], [9, 4, 7, 6], [33, 3, 16, 7]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ARowHasAOneAtItsLabel(string device, int batch, int classes, int repeat, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {batch}×{classes}·{repeat} seed={seed}";
        var random = new Random(seed);
        // Labels outside give rows of zeros.
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % 5 == 4 ? (i % 2 == 0 ? -1 : classes) : random.Next(classes))];
        using var gLabels = d.Allocate<int>(batch);
        gLabels.Upload(labels);
        using var y = GuardedMatrix.Unwritten(d, batch, classes * repeat);
        new OneHot(d).Launch(gLabels.View, y.Matrix, repeat);
        var expected = ReferenceEmbedding.OneHot(labels, classes, repeat);
        Close.AssertEqual(expected, y.Read(context), context);
    }

    [Fact]
    public void AnotherNumberOfLabelsIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var labels = d.Allocate<int>(2);
        using var y = GuardedMatrix.Unwritten(d, 3, 4);
        Assert.Throws<ArgumentException>(() => new OneHot(d).Launch(labels.View, y.Matrix));
        Assert.Throws<ArgumentException>(() => new OneHot(d).Launch(labels.View.SubView(0, 2), y.Matrix.SliceRows(0, 2), repeat: 3));
        Assert.Throws<ArgumentException>(() => new OneHot(d).Launch(labels.View, y.Matrix.SliceRows(0, 2), repeat: 0));
    }
}
