using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class SpectralNormTests
{
    /// <summary>Rows, columns, seed: a number, a vector either way, primes, a group's edges, a tile of the product and one more.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1], [19, 1, 2], [16, 33, 3]];

    public static IEnumerable<object[]> AllShapes => Shapes.Concat([[1, 17, 4], [7, 5, 5], [65, 16, 6], [300, 200, 7]]);

    private static double[] Row(int length, int seed, double low = -1) => [.. Draw.Uniform(1, length, seed, low).Cast<double>()];

    private static double[] Read(GuardedVector v, string context) => [.. v.Read(context).Select(x => (double)x)];

    private static double[,] Doubles(float[,] x)
    {
        var result = new double[x.GetLength(0), x.GetLength(1)];
        Array.Copy(x, result, x.Length);
        return result;
    }

    [Theory]
    [OnCpu(nameof(AllShapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(AllShapes)), OnOpenCl(nameof(AllShapes))]
    public void AStepAndItsGradientMatchTheReference(string device, int rows, int columns, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×{columns} seed={seed}";
        // Positive weights and vectors: the products do not cancel, and one step comes near the first singular vector.
        double[,] w = Draw.Uniform(rows, columns, seed, 0.1), dNormalized = Draw.Uniform(rows, columns, seed + 1);
        double[] start = Row(rows, seed + 2, 0.1);
        using var gw = GuardedMatrix.Of(d, w);
        using var u = GuardedVector.Of(d, start);
        using var v = GuardedVector.Unwritten(d, columns);
        using var sigma = GuardedVector.Unwritten(d, 1);
        using var normalized = GuardedMatrix.Unwritten(d, rows, columns);
        var norm = new SpectralNorm(d);
        norm.Iterate(gw.Matrix, u.View, v.View, sigma.View);
        norm.Normalize(gw.Matrix, u.View, v.View, sigma.View, normalized.Matrix);

        // Sums of positive terms: relative (N + 32)·2⁻²⁴ each, and a step takes four of them.
        double rtol = 4 * (Math.Max(rows, columns) + 48) * 6e-8;
        var (expectedU, expectedV, expectedSigma) = ReferenceSpectralNorm.Iterate(w, start);
        u.AssertClose(expectedU, 0, rtol, context + " u");
        v.AssertClose(expectedV, 0, rtol, context + " v");
        sigma.AssertClose([expectedSigma], 0, rtol, context + " σ");
        Close.Assert(ReferenceSpectralNorm.Normalize(w, expectedU, expectedV), normalized.Read(context), 0, rtol, context + " W̄");

        // (dW̄ − ⟨dW̄, W̄⟩·u·vᵀ)/σ with the device's own u, v, σ and W̄: |⟨dW̄, W̄⟩| ≤ Σ|W̄| is summed, and multiplied with |u·v| ≤ 1.
        using var gradient = GuardedMatrix.Of(d, dNormalized);
        using var dw = GuardedMatrix.Unwritten(d, rows, columns);
        using var scratch = GuardedVector.Unwritten(d, rows + 1);
        norm.Backward(gradient.Matrix, normalized.Matrix, u.View, v.View, sigma.View, scratch.View, dw.Matrix);
        double[,] bar = Doubles(normalized.Read(context)), expected = new double[rows, columns];
        double[] hereU = Read(u, context), hereV = Read(v, context), hereSigma = Read(sigma, context);
        double inner = 0, magnitude = 0;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                inner += dNormalized[r, c] * bar[r, c];
                magnitude += Math.Abs(dNormalized[r, c] * bar[r, c]);
            }
        }
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                expected[r, c] = (dNormalized[r, c] - inner * hereU[r] * hereV[c]) / hereSigma[0];
        }
        double limit = (magnitude * (columns + rows + 64) * 6e-8 + 4e-7) / hereSigma[0];
        Close.Assert(expected, dw.Read(context), limit, 1e-6, context + " dW");
        norm.Backward(gradient.Matrix, normalized.Matrix, u.View, v.View, sigma.View, scratch.View, gradient.Matrix);
        Assert.Equal(dw.Read(context), gradient.Read(context));
        Assert.Equal(w.Cast<double>().Select(x => (float)x), gw.Read(context).Cast<float>());
        scratch.Read(context);
    }

    [Theory]
    [InlineData(1, 1), InlineData(3, 5), InlineData(6, 2)]
    public void TheGradientIsACentralDifferenceOfTheReference(int rows, int columns)
    {
        const double h = 1e-6;
        var d = TestDevice.Get("cpu");
        double[,] w = Draw.Uniform(rows, columns, 1, 0.1), dNormalized = Draw.Uniform(rows, columns, 2);
        using var gw = GuardedMatrix.Of(d, w);
        using var gradient = GuardedMatrix.Of(d, dNormalized);
        using var u = GuardedVector.Of(d, Row(rows, 3));
        using var v = GuardedVector.Unwritten(d, columns);
        using var sigma = GuardedVector.Unwritten(d, 1);
        using var normalized = GuardedMatrix.Unwritten(d, rows, columns);
        using var scratch = GuardedVector.Unwritten(d, rows + 1);
        var norm = new SpectralNorm(d);
        norm.Iterate(gw.Matrix, u.View, v.View, sigma.View);
        norm.Normalize(gw.Matrix, u.View, v.View, sigma.View, normalized.Matrix);
        norm.Backward(gradient.Matrix, normalized.Matrix, u.View, v.View, sigma.View, scratch.View, gradient.Matrix);
        double[] hereU = Read(u, "u"), hereV = Read(v, "v");
        double Loss() => ReferenceSpectralNorm.Normalize(w, hereU, hereV).Cast<double>().Zip(dNormalized.Cast<double>(), (a, b) => a * b).Sum();
        var actual = gradient.Read("dW");
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
            {
                double at = w[r, c];
                w[r, c] = at + h;
                double above = Loss();
                w[r, c] = at - h;
                double below = Loss();
                w[r, c] = at;
                // Single precision over sums of at most 15 terms below 1, over σ ≥ 0.1.
                Close.Assert((above - below) / (2 * h), actual[r, c], 3e-5, 1e-5, $"{rows}×{columns} dW[{r}, {c}]");
            }
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void StepsConvergeToTheLargestSingularValue(string device)
    {
        var d = TestDevice.Get(device);
        // U·diag(3, 1, ½)·Vᵀ by hand: rows of these lengths that stand on one another, the first two turned by 0.6 in their plane.
        double c = Math.Cos(0.6), s = Math.Sin(0.6);
        using var w = GuardedMatrix.Of(d, new[,] { { 3 * c, 3 * s, 0 }, { -s, c, 0 }, { 0, 0, 0.5 }, { 0, 0, 0 } });
        using var u = GuardedVector.Of(d, 0.3, -0.5, 0.4, 0.9);
        using var v = GuardedVector.Unwritten(d, 3);
        using var sigma = GuardedVector.Unwritten(d, 1);
        var norm = new SpectralNorm(d);
        // Each step shortens the rest by (1/3)², and σ's error goes with its square.
        for (int i = 0; i < 8; i++)
            norm.Iterate(w.Matrix, u.View, v.View, sigma.View);
        sigma.AssertClose([3], 0, 2e-6, device);
        u.AssertClose([1, 0, 0, 0], 1e-6, 0, device + " u, up to its sign");
        v.AssertClose([c, s, 0], 1e-6, 0, device + " v, up to its sign");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void AZeroMatrixIsNoTrapAndANaNShows(string device)
    {
        var d = TestDevice.Get(device);
        using var zero = GuardedMatrix.Of(d, new double[2, 3]);
        using var one = GuardedMatrix.Of(d, new double[,] { { 1, 1, 1 }, { 1, 1, 1 } });
        using var nan = GuardedMatrix.Of(d, new double[,] { { 1, 1, 1 }, { 1, double.NaN, 1 } });
        using var u = GuardedVector.Of(d, 0.5, 0.5);
        using var v = GuardedVector.Unwritten(d, 3);
        using var sigma = GuardedVector.Unwritten(d, 1);
        using var normalized = GuardedMatrix.Unwritten(d, 2, 3);
        var norm = new SpectralNorm(d);
        norm.Iterate(zero.Matrix, u.View, v.View, sigma.View);
        norm.Normalize(zero.Matrix, u.View, v.View, sigma.View, normalized.Matrix);
        Assert.All(normalized.Read(device).Cast<float>(), x => Assert.Equal(0, x));
        norm.Iterate(one.Matrix, u.View, v.View, sigma.View);
        sigma.AssertClose([Math.Sqrt(6)], 0, 1e-6, device);
        norm.Iterate(nan.Matrix, u.View, v.View, sigma.View);
        Assert.True(float.IsNaN(sigma.Read(device)[0]));
    }

    [Fact]
    public void OneThreadAndManyGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var d = ComputeDevice.Open("cpu", threads);
            using var w = GuardedMatrix.Of(d, Draw.Uniform(131, 257, 1));
            using var u = GuardedVector.Of(d, Row(131, 2));
            using var v = GuardedVector.Unwritten(d, 257);
            using var sigma = GuardedVector.Unwritten(d, 1);
            using var scratch = GuardedVector.Unwritten(d, 132);
            using var bar = GuardedMatrix.Unwritten(d, 131, 257);
            var norm = new SpectralNorm(d);
            norm.Iterate(w.Matrix, u.View, v.View, sigma.View);
            norm.Normalize(w.Matrix, u.View, v.View, sigma.View, bar.Matrix);
            norm.Backward(w.Matrix, bar.Matrix, u.View, v.View, sigma.View, scratch.View, w.Matrix);
            bits.Add([.. w.Read("dW").Cast<float>(), .. bar.Read("W̄").Cast<float>()]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var w = GuardedMatrix.Unwritten(d, 2, 3);
        using var other = GuardedMatrix.Unwritten(d, 3, 3);
        using var two = GuardedVector.Unwritten(d, 2);
        using var three = GuardedVector.Unwritten(d, 3);
        var one = two.View.SubView(0, 1);
        var norm = new SpectralNorm(d);
        Assert.Throws<ArgumentException>(() => norm.Iterate(w.Matrix, three.View, three.View, one));
        Assert.Throws<ArgumentException>(() => norm.Iterate(w.Matrix, two.View, two.View, one));
        Assert.Throws<ArgumentException>(() => norm.Iterate(w.Matrix, two.View, three.View, two.View));
        Assert.Throws<ArgumentException>(() => norm.Normalize(w.Matrix, two.View, three.View, one, other.Matrix));
        Assert.Throws<ArgumentException>(() => norm.Backward(other.Matrix, w.Matrix, two.View, three.View, one, three.View, w.Matrix));
        Assert.Throws<ArgumentException>(() => norm.Backward(w.Matrix, w.Matrix, two.View, three.View, one, two.View, w.Matrix));
    }
}
