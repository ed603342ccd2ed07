using GpuCgan.Kernels.Profiling;

namespace GpuCgan.Kernels.Tests.Profiling;

public class DeviceCeilingsTests
{
    [Theory]
    [OnCpu, OnCuda, OnOpenCl]
    public void TheyAreMeasured(string device)
    {
        var c = DeviceCeilings.Measure(TestDevice.Get(device));
        // Any processor of this century does a GFLOP/s with vectors and moves a quarter of a GB/s, whatever else runs on it; none yet built a thousand times
        // the H200's.
        Assert.InRange(c.FlopsPerSecond, 1e9, 1e17);
        Assert.InRange(c.BytesPerSecond, 0.25e9, 1e16);
        Assert.InRange(c.LaunchSeconds, 1e-9, 0.1);
        Assert.InRange(c.ProductSize, 128, 4096);
        Assert.True(c.CopyBytes >= 1 << 19, $"{c.CopyBytes}");
    }
}
