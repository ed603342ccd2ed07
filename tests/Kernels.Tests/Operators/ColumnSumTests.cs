using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class ColumnSumTests
{
    /// <summary>M, N, seed: ones, primes, the strands' and the groups' edges, M &lt; N and N &lt; M.</summary>
    public static IEnumerable<object[]> Shapes =>
        [[1, 1, 1], [1, 17, 2], [2, 64, 3], [7, 1, 4], [13, 31, 5], [15, 16, 6], [16, 15, 7], [17, 17, 8], [63, 5, 9], [64, 65, 10], [65, 63, 11], [200, 3, 12],
            // A lane reads eight rows at once: 128 rows are the first eight of every strand.
            [127, 2, 13], [128, 5, 14], [129, 17, 15], [255, 1, 16], [257, 2, 17]];

    public static IEnumerable<object[]> RecipeShapes => [[64, 1024, 21], [512, 784, 22], [1000, 1, 23]];

    public static IEnumerable<object[]> AllShapes => Shapes.Concat(RecipeShapes);

    private static double[] Expected(double[,] x, double[] start)
    {
        double[] sums = [.. start];
        for (int j = 0; j < sums.Length; j++)
        {
            for (int i = 0; i < x.GetLength(0); i++)
                sums[j] += x[i, j];
        }
        return sums;
    }

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void SumsOfSmallIntegersAreExact(string device, int m, int n, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} seed={seed}";
        var x = Draw.Integers(m, n, seed);
        double[] start = [.. Draw.Integers(1, n, seed + 1000).Cast<double>()];
        using var gx = GuardedMatrix.Of(d, x);
        using var sums = GuardedVector.Unwritten(d, n);
        using var accumulated = GuardedVector.Of(d, start);
        var operation = new ColumnSum(d);
        operation.Launch(gx.Matrix, sums.View, accumulate: false);
        operation.Launch(gx.Matrix, accumulated.View, accumulate: true);
        sums.AssertClose(Expected(x, new double[n]), 0, 0, context);
        accumulated.AssertClose(Expected(x, start), 0, 0, context + " accumulated");
        gx.Read(context);
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            using var x = GuardedMatrix.Of(d, Draw.Uniform(77, 150, 31));
            using var sums = GuardedVector.Unwritten(d, 150);
            new ColumnSum(d).Launch(x.Matrix, sums.View, accumulate: false);
            bits.Add(sums.Read(name));
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedMatrix.Unwritten(d, 2, 3);
        using var sums = GuardedVector.Unwritten(d, 2);
        Assert.Throws<ArgumentException>(() => new ColumnSum(d).Launch(x.Matrix, sums.View, false));
    }
}
