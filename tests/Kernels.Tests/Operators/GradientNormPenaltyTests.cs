using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Mixed samples, rows' inner products, and the penalty that stands on them.</summary>
public class GradientNormPenaltyTests
{
    /// <summary>M, N, centre, seed: ones, primes, the strands' and the groups' edges, more rows than a group of 256.</summary>
    public static IEnumerable<object[]> Cases =>
        [[1, 1, PenaltyCentre.One, 1], [7, 17, PenaltyCentre.Zero, 2], [17, 35, PenaltyCentre.One, 3]];

    public static IEnumerable<object[]> AllCases => Cases.Concat([[33, 16, PenaltyCentre.Zero, 4], [300, 784, PenaltyCentre.One, 6], [257, 33, PenaltyCentre.Zero, 7]]);

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void ValueAndTangentMatchTheReference(string device, int m, int n, PenaltyCentre centre, int seed)
    {
        const float weight = 10;
        const double h = 1e-5;
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} {centre} seed={seed}";
        double target = centre == PenaltyCentre.One ? 1 : 0;
        // Norms around 1, and some of them below.
        double scale = 1.5 / Math.Sqrt(n);
        var g = Draw.Uniform(m, n, seed, -scale, scale);
        double[] norms = ReferencePenalty.Norms(g);
        using var gradients = GuardedMatrix.Of(d, g);
        using var tangents = GuardedMatrix.Unwritten(d, m, n);
        using var scratch = GuardedVector.Unwritten(d, m);
        using var penalty = GuardedVector.Of(d, 3);
        using var mean = GuardedVector.Of(d, -2);
        var operation = new GradientNormPenalty(d);
        operation.Launch(gradients.Matrix, scratch.View, tangents.Matrix, penalty.View, mean.View, centre, weight);

        // ‖g‖ ≤ 1.5 is wrong by half of (N/16 + 16)·2⁻²⁴ of itself and a root's rounding; (‖g‖ − c)² ≤ 2.3 by 2·1.5 times that; the batch's sums add (M/256 + 32) roundings.
        double e = (n / 16.0 + 20) * 6e-8;
        penalty.AssertClose([3 + ReferencePenalty.Value(g, target, weight)], weight * 3 * (1.5 * e + 35 * 6e-8) + 1e-6, 0, context + " value");
        mean.AssertClose([-2 + norms.Average()], 1.5 * e + 1.5 * 35 * 6e-8 + 3e-7, 0, context + " mean norm");
        scratch.Read(context);
        var actual = tangents.Read(context);
        for (int i = 0; i < m; i += Math.Max(1, m / 5))
        {
            for (int j = 0; j < n; j += Math.Max(1, n / 5))
            {
                // The batch's other rows add a constant, whose digits a difference would lose: the row alone.
                var row = new double[1, n];
                for (int k = 0; k < n; k++)
                    row[0, k] = g[i, k];
                row[0, j] = g[i, j] + h;
                double above = ReferencePenalty.Value(row, target, weight) / m;
                row[0, j] = g[i, j] - h;
                double below = ReferencePenalty.Value(row, target, weight) / m;
                // h²/6 of a third derivative below 2λ·6/‖g‖², ‖g‖ ≥ ½ except in the single case [1, 1]; single precision on 2λ/M·(1 + 1/‖g‖)·|g|.
                double magnitude = 2 * weight / m * (1 + 1 / norms[i]) * Math.Abs(g[i, j]);
                Close.Assert((above - below) / (2 * h), actual[i, j], 1e-7 / m + magnitude * (e + 5e-7), 1e-6, context + $" tangent ({i}, {j})");
            }
        }
        operation.Launch(gradients.Matrix, scratch.View, gradients.Matrix, penalty.View, mean.View, centre, weight);
        Assert.Equal(actual, gradients.Read(context));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ASlopeOfZeroPullsNowhereAndANaNShows(string device)
    {
        var d = TestDevice.Get(device);
        foreach (var centre in (PenaltyCentre[])[PenaltyCentre.One, PenaltyCentre.Zero])
        {
            using var g = GuardedMatrix.Of(d, new double[,] { { 0, 0 }, { 3, 4 }, { double.NaN, 1 } });
            using var norms = GuardedVector.Unwritten(d, 2);
            using var penalty = GuardedVector.Of(d, 0);
            using var mean = GuardedVector.Of(d, 0);
            var operation = new GradientNormPenalty(d);
            operation.Launch(g.Matrix.SliceRows(0, 2), norms.View, g.Matrix.SliceRows(0, 2), penalty.View, mean.View, centre, 1);
            // (0 − 1)² and (5 − 1)²; 1 − 1/5 of 3 and 4, or all of them, times 2/M.
            bool one = centre == PenaltyCentre.One;
            penalty.AssertClose([one ? 8.5 : 12.5], 1e-6, 1e-6, device);
            mean.AssertClose([2.5], 0, 1e-6, device);
            var t = g.Read(device);
            Assert.Equal([0, 0], [t[0, 0], t[0, 1]]);
            Close.Assert(one ? 2.4 : 3, t[1, 0], 0, 1e-6, device);
            operation.Launch(g.Matrix.SliceRows(1, 2), norms.View, g.Matrix.SliceRows(1, 2), penalty.View, mean.View, centre, 1);
            Assert.True(float.IsNaN(g.Read(device)[2, 1]) && float.IsNaN(penalty.Read(device)[0]) && float.IsNaN(mean.Read(device)[0]));
        }
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void SamplesAreMixedByANumberEach(string device, int m, int n, PenaltyCentre centre, int seed)
    {
        _ = centre;
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} seed={seed}";
        double[,] real = Draw.Uniform(m, n, seed), generated = Draw.Uniform(m, n, seed + 1), expected = new double[m, n];
        using var clock = new StepClock(d, 77);
        clock.Set(9, 77);
        using var epsilon = GuardedVector.Unwritten(d, m);
        new Philox(d).Uniform(clock.View, Purpose.Mixing(0), new Matrix(epsilon.View, 1, m), 0, 1);
        var drawn = ReferencePhilox.Uniform(77, 9, Purpose.Mixing(0), 1, m, 0, 1);
        epsilon.AssertClose([.. drawn.Cast<double>()], 0, 0, context + " ε");
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                expected[i, j] = drawn[0, i] * real[i, j] + (1 - drawn[0, i]) * generated[i, j];
        }
        using var x = GuardedMatrix.Of(d, real);
        using var y = GuardedMatrix.Of(d, generated);
        using var mixed = GuardedMatrix.Unwritten(d, m, n);
        new MixSamples(d).Launch(x.Matrix, y.Matrix, new Matrix(epsilon.View, m, 1), mixed.Matrix);
        // Two products and a sum below 1, each rounded once.
        Close.Assert(expected, mixed.Read(context), 2e-7, 0, context);
        new MixSamples(d).Launch(x.Matrix, y.Matrix, new Matrix(epsilon.View, m, 1), y.Matrix);
        Assert.Equal(mixed.Read(context), y.Read(context));
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void InnerProductsOfSmallIntegersAreExact(string device, int m, int n, PenaltyCentre centre, int seed)
    {
        _ = centre;
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} seed={seed}";
        double[,] a = Draw.Integers(m, n, seed), b = Draw.Integers(m, n, seed + 1), before = Draw.Integers(m, 1, seed + 2), expected = new double[m, 1];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
                expected[i, 0] += a[i, j] * b[i, j];
        }
        using var ga = GuardedMatrix.Of(d, a);
        using var gb = GuardedMatrix.Of(d, b);
        using var y = GuardedMatrix.Unwritten(d, m, 1);
        using var sum = GuardedMatrix.Of(d, before);
        new RowDot(d).Launch(ga.Matrix, gb.Matrix, y.Matrix, accumulate: false);
        Close.AssertEqual(expected, y.Read(context), context);
        new RowDot(d).Launch(ga.Matrix, gb.Matrix, sum.Matrix, accumulate: true);
        for (int i = 0; i < m; i++)
            expected[i, 0] += before[i, 0];
        Close.AssertEqual(expected, sum.Read(context), context + " accumulated");
    }

    /// <summary>Sums that round: the kernel's order is the twin's, a sample's bits do not depend on its batch.</summary>
    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            using var g = GuardedMatrix.Of(d, Draw.Uniform(37, 333, 1));
            using var alone = GuardedMatrix.Unwritten(d, 1, 1);
            using var norms = GuardedVector.Unwritten(d, 37);
            using var penalty = GuardedVector.Of(d, 0);
            using var mean = GuardedVector.Of(d, 0);
            new RowDot(d).Launch(g.Matrix.SliceRows(20, 1), g.Matrix.SliceRows(20, 1), alone.Matrix, accumulate: false);
            new RowDot(d).Launch(g.Matrix, g.Matrix, new Matrix(norms.View, 37, 1), accumulate: false);
            Assert.Equal(norms.Read(name)[20], alone.Read(name)[0, 0]);
            new GradientNormPenalty(d).Launch(g.Matrix, norms.View, g.Matrix, penalty.View, mean.View, PenaltyCentre.One, 10);
            bits.Add([.. g.Read(name).Cast<float>(), .. penalty.Read(name), .. mean.Read(name)]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var g = GuardedMatrix.Unwritten(d, 2, 3);
        using var other = GuardedMatrix.Unwritten(d, 2, 4);
        using var longer = GuardedMatrix.Unwritten(d, 3, 3);
        using var two = GuardedVector.Unwritten(d, 2);
        var one = two.View.SubView(0, 1);
        var operation = new GradientNormPenalty(d);
        Assert.Throws<ArgumentException>(() => operation.Launch(g.Matrix, one, g.Matrix, one, one, PenaltyCentre.One, 1));
        Assert.Throws<ArgumentException>(() => operation.Launch(g.Matrix, two.View, other.Matrix, one, one, PenaltyCentre.One, 1));
        Assert.Throws<ArgumentException>(() => operation.Launch(g.Matrix, two.View, g.Matrix, two.View, one, PenaltyCentre.One, 1));
        foreach (float weight in (float[])[0, -1, float.NaN, float.PositiveInfinity])
            Assert.Throws<ArgumentException>(() => operation.Launch(g.Matrix, two.View, g.Matrix, one, one, PenaltyCentre.One, weight));
        Assert.Throws<ArgumentException>(() => new RowDot(d).Launch(g.Matrix, other.Matrix, new Matrix(two.View, 2, 1), false));
        Assert.Throws<ArgumentException>(() => new RowDot(d).Launch(g.Matrix, g.Matrix, g.Matrix, false));
        Assert.Throws<ArgumentException>(() => new MixSamples(d).Launch(g.Matrix, g.Matrix, g.Matrix, g.Matrix));
        Assert.Throws<ArgumentException>(() => new MixSamples(d).Launch(g.Matrix, longer.Matrix, new Matrix(two.View, 2, 1), g.Matrix));
    }
}
