using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class SumOfSquaresTests
{
    private const int Chunk = 16_384;

    /// <summary>Length, seed: one, a group's and a chunk's edges, several chunks.</summary>
    public static IEnumerable<object[]> Lengths => [[1, 1], [17, 2], [255, 3], [256, 4], [257, 5], [1009, 6], [16_383, 7], [16_384, 8], [16_385, 9], [40_009, 10]];

    private static double[] Sums(double[] x) => [.. x.Chunk(Chunk).Select(chunk => chunk.Sum(v => v * v))];

    [Theory]
    [OnCpu(nameof(Lengths)), OnCpuIlgpu(nameof(Lengths)), OnCuda(nameof(Lengths)), OnOpenCl(nameof(Lengths))]
    public void SquaresOfSmallIntegersAreExact(string device, int length, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} seed={seed}";
        double[] x = [.. Draw.Integers(1, length, seed).Cast<double>()];
        using var gx = GuardedVector.Of(d, x);
        using var sums = GuardedVector.Unwritten(d, SumOfSquares.Chunks(length));
        new SumOfSquares(d).Launch(gx.View, sums.View);
        sums.AssertClose(Sums(x), 0, 0, context);
        gx.Read(context);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void SquaresOfRealsStayWithinTheirBound(string device)
    {
        var d = TestDevice.Get(device);
        const int length = 40_009;
        double[] x = [.. Draw.Uniform(1, length, 21).Cast<double>()];
        using var gx = GuardedVector.Of(d, x);
        using var sums = GuardedVector.Unwritten(d, SumOfSquares.Chunks(length));
        new SumOfSquares(d).Launch(gx.View, sums.View);
        // 97 roundings of half an ulp each, of a sum of positive terms.
        sums.AssertClose(Sums(x), 0, 97 * Math.Pow(2, -24), device);
    }

    [Fact]
    public void LengthsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Unwritten(d, 2);
        Assert.Throws<ArgumentException>(() => new SumOfSquares(d).Launch(x.View, x.View));
        Assert.Throws<ArgumentException>(() => new SumOfSquares(d).Launch(default, x.View.SubView(0, 1)));
    }
}
