using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary><see cref="Upsample"/> and <see cref="AveragePool"/>: each one's backward is a quarter or four times the other's forward, and its adjoint.</summary>
public class ResamplingTests
{
    /// <summary>N, C, H, W of the small images, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1, 1], [2, 3, 1, 5, 2], [3, 2, 4, 3, 3], [5, 7, 7, 7, 4], [2, 1, 3, 16, 5], [1, 3, 17, 33, 6]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void BothDirectionsOfBothAreExact(string device, int n, int c, int h, int w, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} N={n} C={c} H={h} W={w} seed={seed}";
        double[,] small = Draw.Integers(n, c * h * w, seed), large = Draw.Integers(n, 4 * c * h * w, seed + 1);
        var spread = new double[n, 4 * c * h * w];
        var collected = new double[n, c * h * w];
        for (int i = 0; i < n; i++)
        {
            for (int pixel = 0; pixel < 4 * c * h * w; pixel++)
            {
                int plane = pixel / (4 * h * w), row = pixel / (2 * w) % (2 * h), column = pixel % (2 * w);
                int from = plane * h * w + row / 2 * w + column / 2;
                spread[i, pixel] = small[i, from];
                collected[i, from] += large[i, pixel];
            }
        }
        using var gSmall = GuardedMatrix.Of(d, small);
        using var gLarge = GuardedMatrix.Of(d, large);
        using var up = GuardedMatrix.Unwritten(d, n, 4 * c * h * w);
        using var upGradient = GuardedMatrix.Unwritten(d, n, c * h * w);
        using var pool = GuardedMatrix.Unwritten(d, n, c * h * w);
        using var poolGradient = GuardedMatrix.Unwritten(d, n, 4 * c * h * w);
        new Upsample(d).Forward(gSmall.Matrix, up.Matrix, w);
        new Upsample(d).Backward(gLarge.Matrix, upGradient.Matrix, w);
        new AveragePool(d).Forward(gLarge.Matrix, pool.Matrix, w);
        new AveragePool(d).Backward(gSmall.Matrix, poolGradient.Matrix, w);
        Close.AssertEqual(spread, up.Read(context), context + " upsampled");
        Close.AssertEqual(collected, upGradient.Read(context), context + " upsampling's gradient");
        // A quarter of a small integer is exact.
        Close.AssertEqual(Quarter(collected), pool.Read(context), context + " pooled");
        Close.AssertEqual(Quarter(spread), poolGradient.Read(context), context + " pooling's gradient");
    }

    private static double[,] Quarter(double[,] x)
    {
        var result = (double[,])x.Clone();
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
                result[i, j] /= 4;
        }
        return result;
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var small = GuardedMatrix.Unwritten(d, 2, 6);
        using var large = GuardedMatrix.Unwritten(d, 2, 24);
        using var odd = GuardedMatrix.Unwritten(d, 2, 25);
        using var more = GuardedMatrix.Unwritten(d, 3, 24);
        Assert.Throws<ArgumentException>(() => new Upsample(d).Forward(small.Matrix, large.Matrix, 4));
        Assert.Throws<ArgumentException>(() => new Upsample(d).Forward(small.Matrix, large.Matrix, 0));
        Assert.Throws<ArgumentException>(() => new Upsample(d).Backward(odd.Matrix, small.Matrix, 3));
        Assert.Throws<ArgumentException>(() => new AveragePool(d).Forward(odd.Matrix, small.Matrix, 3));
        Assert.Throws<ArgumentException>(() => new AveragePool(d).Backward(small.Matrix, more.Matrix, 3));
    }
}
