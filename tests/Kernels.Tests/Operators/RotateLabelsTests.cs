using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class RotateLabelsTests
{
    /// <summary>B, classes, seed.</summary>
    public static IEnumerable<object[]> Cases => [[1, 2, 1], [17, 3, 2], [256, 10, 3], [300, 256, 4]];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void EveryLabelBecomesTheOneItsOffsetSays(string device, int batch, int classes, int seed)
    {
        var d = TestDevice.Get(device);
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, batch).Select(_ => random.Next(classes))], offsets = [.. Enumerable.Range(0, batch).Select(_ => random.Next(classes - 1))];
        // A guard on either side of what is written.
        using var x = d.Allocate<int>(batch + 2);
        using var by = d.Allocate<int>(batch);
        x.Upload([-7, .. labels, -7]);
        by.Upload(offsets);
        var middle = x.View.SubView(1, batch);
        new RotateLabels(d).Launch(middle, by.View, middle, classes);
        int[] wrong = x.Download();
        Assert.Equal((-7, -7), (wrong[0], wrong[^1]));
        for (int r = 0; r < batch; r++)
            Assert.Equal((labels[r] + 1 + offsets[r]) % classes, wrong[r + 1]);
        Assert.All(labels.Zip(wrong[1..^1]), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(offsets, by.Download());
    }

    [Fact]
    public void EveryOtherLabelIsReachedAndOneClassIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = d.Allocate<int>(4);
        using var by = d.Allocate<int>(4);
        using var y = d.Allocate<int>(4);
        x.Upload([3, 3, 3, 3]);
        by.Upload([0, 1, 2, 3]);
        new RotateLabels(d).Launch(x.View, by.View, y.View, 5);
        Assert.Equal([4, 0, 1, 2], y.Download());
        Assert.Throws<ArgumentException>(() => new RotateLabels(d).Launch(x.View, by.View, y.View, 1));
        Assert.Throws<ArgumentException>(() => new RotateLabels(d).Launch(x.View, by.View.SubView(0, 3), y.View, 5));
        Assert.Throws<ArgumentException>(() => new RotateLabels(d).Launch(x.View, by.View, y.View.SubView(0, 3), 5));
    }
}
