using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class ChannelSumTests
{
    /// <summary>N, C, P, seed: ones, primes, below, at and beyond the 256 lanes.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [3, 2, 7, 2], [1, 1, 255, 3], [2, 1, 128, 4], [5, 3, 53, 5], [1, 2, 700, 6], [2, 1, 1023, 7], [2, 2, 1024, 8], [683, 1, 3, 9]];

    public static IEnumerable<object[]> AllShapes => Shapes.Concat([[64, 37, 49, 11], [63, 64, 196, 12]]);

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void SumsOfIntegersAreExact(string device, int n, int c, int p, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} N={n} C={c} P={p} seed={seed}";
        double[,] x = Draw.Integers(n, c * p, seed), before = Draw.Integers(1, c, seed + 1);
        using var gx = GuardedMatrix.Of(d, x);
        using var sums = GuardedVector.Unwritten(d, c);
        using var added = GuardedVector.Of(d, [.. before.Cast<double>()]);
        var operation = new ChannelSum(d);
        operation.Launch(gx.Matrix, sums.View, accumulate: false);
        operation.Launch(gx.Matrix, added.View, accumulate: true);
        var columns = ReferenceChannels.ToColumns(x, c);
        double[] expected = [.. Enumerable.Range(0, c).Select(j => Enumerable.Range(0, n * p).Sum(i => columns[i, j]))];
        sums.AssertClose(expected, 0, 0, context);
        added.AssertClose([.. expected.Zip(before.Cast<double>(), (a, b) => a + b)], 0, 0, context + " accumulated");
    }

    [Fact]
    public void ThreadsAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(11, 3 * 61, 21));
            using var sums = GuardedVector.Unwritten(d, 3);
            new ChannelSum(d).Launch(x.Matrix, sums.View, accumulate: false);
            bits.Add(sums.Read(name));
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedMatrix.Unwritten(d, 2, 9);
        using var sums = GuardedVector.Unwritten(d, 2);
        Assert.Throws<ArgumentException>(() => new ChannelSum(d).Launch(x.Matrix, sums.View, false));
        Assert.Throws<ArgumentException>(() => new ChannelSum(d).Launch(x.Matrix, default, false));
    }
}
