using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class OneHotTests
{
    public static IEnumerable<object[]> Shapes => [[1, 1, 1], [7, 10, 2], [65, 3, 3], [5, 64, 4], [600, 2, 5]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ARowHasAOneAtItsLabel(string device, int batch, int classes, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {batch}×{classes} seed={seed}";
        var random = new Random(seed);
        // Labels outside give rows of zeros.
        int[] labels = [.. Enumerable.Range(0, batch).Select(i => i % 5 == 4 ? (i % 2 == 0 ? -1 : classes) : random.Next(classes))];
        using var gLabels = d.Allocate<int>(batch);
        gLabels.Upload(labels);
        using var y = GuardedMatrix.Unwritten(d, batch, classes);
        new OneHot(d).Launch(gLabels.View, y.Matrix);
        var expected = ReferenceEmbedding.OneHot(labels, classes);
        Close.AssertEqual(expected, y.Read(context), context);
    }

    [Fact]
    public void AnotherNumberOfLabelsIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var labels = d.Allocate<int>(2);
        using var y = GuardedMatrix.Unwritten(d, 3, 4);
        Assert.Throws<ArgumentException>(() => new OneHot(d).Launch(labels.View, y.Matrix));
    }
}
