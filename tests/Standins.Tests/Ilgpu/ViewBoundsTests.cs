using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Standins.Tests.Ilgpu;

/// <summary>Accesses and windows outside a view. The package ends the process here, so that these are the stand-in's alone.</summary>
public class ViewBoundsTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void AnIndexOutsideThrows(int index)
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(8);
        ArrayView<int> view = buffer.View.SubView(2, 4);

        Assert.Throws<IndexOutOfRangeException>(() => view[index]);
        Assert.Throws<IndexOutOfRangeException>(() => view[(long)index]);
        Assert.Throws<IndexOutOfRangeException>(() => view.AsDense()[index]);
        Assert.Contains($"Index {index} is outside the view of 4", Assert.Throws<IndexOutOfRangeException>(() => view[index] = 1).Message);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(3, 2)]
    [InlineData(4, 0)]
    [InlineData(1, -1)]
    public void AWindowOutsideThrows(int index, int length)
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<int>(8);
        ArrayView<int> view = buffer.View.SubView(2, 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => view.SubView(index, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.AsDense().SubView(index, length));
    }

    [Fact]
    public void AMisalignedPromiseThrows()
    {
        using var device = new Device();
        using var buffer = device.Accelerator.Allocate1D<float>(64);
        ArrayView<float> view = buffer.View;

        Assert.Equal(32, view.SubView(32).AsAligned(128).Length);
        Assert.Throws<InvalidOperationException>(() => view.SubView(1).AsAligned(16));
    }
}
