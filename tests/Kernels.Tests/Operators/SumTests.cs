using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class SumTests
{
    /// <summary>Length, scale, seed: one, a group's and a chunk's edges.</summary>
    public static IEnumerable<object[]> Lengths =>
        [[1, 1f, 1], [15, 2f, 2], [17, 1f, 3], [255, 1f, 4], [256, -0.5f, 5], [257, 1f, 6], [1009, 4f, 7], [2047, 1f, 11], [2048, 1f, 12], [2049, 1f, 13], [16_384, 1f, 8], [16_385, 1f, 9], [50_001, 0.25f, 10]];

    [Theory]
    [OnCpu(nameof(Lengths)), OnCpuIlgpu(nameof(Lengths)), OnCuda(nameof(Lengths)), OnOpenCl(nameof(Lengths))]
    public void SumsOfSmallIntegersAreExact(string device, int length, float scale, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} scale={scale} seed={seed}";
        double[] x = [.. Draw.Integers(1, length, seed).Cast<double>()];
        using var gx = GuardedVector.Of(d, x);
        using var target = GuardedVector.Unwritten(d, 1);
        var sum = new Sum(d);
        sum.Launch(gx.View, target.View, scale, accumulate: false);
        target.AssertClose([scale * x.Sum()], 0, 0, context);
        sum.Launch(gx.View, target.View, 2, accumulate: true);
        target.AssertClose([(scale + 2) * x.Sum()], 0, 0, context + " accumulated");
        gx.Read(context);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void SumsOfRealsStayWithinTheirBound(string device)
    {
        var d = TestDevice.Get(device);
        const int length = 100_003;
        double[] x = [.. Draw.Uniform(1, length, 21).Cast<double>()];
        using var gx = GuardedVector.Of(d, x);
        using var target = GuardedVector.Unwritten(d, 1);
        new Sum(d).Launch(gx.View, target.View, 1, accumulate: false);
        // (P/256 + 32)·2⁻²⁴·Σ|x|, where Σ|x| is about P/2.
        target.AssertClose([x.Sum()], (length / 256.0 + 32) * Math.Pow(2, -24) * x.Sum(Math.Abs), 0, device);
    }

    [Fact]
    public void OneThreadAndManyGiveTheSameBitsAndTheKernelToo()
    {
        // The kernel's order is the twin's up to one chunk; beyond it, threads alone are compared.
        foreach (int length in (int[])[16_000, 100_003])
        {
            var bits = new List<float>();
            var devices = new List<(string, int?)> { ("cpu", 1), ("cpu", 2), ("cpu", 3) };
            if (length <= 16_384)
                devices.Add(("cpu-ilgpu", null));
            foreach (var (name, threads) in devices)
            {
                using var d = ComputeDevice.Open(name, threads);
                using var x = GuardedVector.Of(d, [.. Draw.Uniform(1, length, 31).Cast<double>()]);
                using var target = GuardedVector.Unwritten(d, 1);
                new Sum(d).Launch(x.View, target.View, 1, accumulate: false);
                bits.Add(target.Read(name)[0]);
            }
            Assert.All(bits, b => Assert.Equal(bits[0], b));
        }
    }

    [Fact]
    public void LengthsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Unwritten(d, 2);
        Assert.Throws<ArgumentException>(() => new Sum(d).Launch(x.View, x.View, 1, false));
        Assert.Throws<ArgumentException>(() => new Sum(d).Launch(default, x.View.SubView(0, 1), 1, false));
    }
}
