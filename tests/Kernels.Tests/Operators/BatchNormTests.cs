using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class BatchNormTests
{
    /// <summary>M, N, ε, momentum, activation, seed: a batch of one, primes, the strands' and the groups' edges, M &lt; N and N &lt; M.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 1, 1e-5f, 0.1f, ActivationKind.Identity, 1], [1, 17, 1e-5f, 0.1f, ActivationKind.Tanh, 2], [2, 3, 1e-5f, 0.1f, ActivationKind.Relu, 3],
        [13, 1, 0.5f, 0.8f, ActivationKind.Identity, 4], [15, 16, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 5], [16, 15, 1e-5f, 0.1f, ActivationKind.Sigmoid, 6],
        [17, 33, 1e-3f, 0.25f, ActivationKind.LeakyRelu, 7], [63, 5, 1e-5f, 1f, ActivationKind.Relu, 8], [64, 31, 1e-5f, 0f, ActivationKind.Tanh, 9],
        [65, 64, 1e-5f, 0.1f, ActivationKind.Identity, 10], [3, 65, 1e-5f, 0.1f, ActivationKind.Sigmoid, 11],
        // Eight rows of a strand are kept between the passes: 128 of a column.
        [127, 3, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 12], [128, 2, 1e-5f, 0.1f, ActivationKind.Relu, 13], [129, 17, 1e-5f, 0.1f, ActivationKind.Tanh, 14],
        [270, 1, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 15],
        // Beyond those, 32: 512 of a column.
        [511, 3, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 16], [512, 2, 1e-5f, 0.1f, ActivationKind.Tanh, 17], [529, 5, 1e-5f, 0.1f, ActivationKind.Relu, 18],
    ];

    public static IEnumerable<object[]> RecipeCases =>
        [[64, 256, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 21], [129, 1024, 1e-5f, 0.1f, ActivationKind.Relu, 22], [257, 100, 1e-5f, 0.1f, ActivationKind.Tanh, 23]];

    public static IEnumerable<object[]> AllCases => Cases.Concat(RecipeCases);

    /// <summary>
    /// What a sum in the order of the strands may lose, for each of its mean magnitude: (M/16 + 16)·2⁻²⁴. Inputs are drawn with |x| ≤ 1.5, a mean
    /// magnitude of 1, and a deviation of at least ½ (their sign alternates from row to row), so that x̂ = (x − μ)/σ is wrong by at most 2·e for μ,
    /// as much for σ times |x̂| ≤ 2, and some roundings of 2⁻²⁴·|x̂|; |γ| ≤ 1.5, and no activation is steeper than 1.
    /// </summary>
    private static double OutputLimit(int rows) => 10 * StrandError(rows) + 2e-6;

    private static double StrandError(int rows) => (rows / 16.0 + 16) * 6e-8;

    private static double[,] Inputs(int rows, int columns, int seed)
    {
        var x = Draw.Uniform(rows, columns, seed, 0.5, 1.5);
        for (int i = 1; i < rows; i += 2)
        {
            for (int j = 0; j < columns; j++)
                x[i, j] = -x[i, j];
        }
        return x;
    }

    private static double[] Vector(int length, int seed, double low, double high) => [.. Draw.Uniform(1, length, seed, low, high).Cast<double>()];

    /// <summary>Upstream gradients, 0 where a rectifier's corner is so near that single precision may take the other branch.</summary>
    private static double[,] Upstream(ReferenceBatchNorm reference, int seed)
    {
        var dy = Draw.Uniform(reference.Y.GetLength(0), reference.Y.GetLength(1), seed);
        for (int i = 0; i < dy.GetLength(0); i++)
        {
            for (int j = 0; j < dy.GetLength(1); j++)
                dy[i, j] = Math.Abs(reference.Affine[i, j]) < 1e-4 ? 0 : dy[i, j];
        }
        return dy;
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void ForwardMatchesTheReference(string device, int m, int n, float epsilon, float momentum, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} ε={epsilon} momentum={momentum} {kind} seed={seed}";
        var x = Inputs(m, n, seed);
        double[] gamma = Vector(n, seed + 1, 0.5, 1.5), beta = Vector(n, seed + 2, -1, 1), mean0 = Vector(n, seed + 3, -1, 1), variance0 = Vector(n, seed + 4, 0.5, 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gGamma = GuardedVector.Of(d, gamma);
        using var gBeta = GuardedVector.Of(d, beta);
        using var runningMean = GuardedVector.Of(d, mean0);
        using var runningVariance = GuardedVector.Of(d, variance0);
        using var y = GuardedMatrix.Unwritten(d, m, n);
        using var mean = GuardedVector.Unwritten(d, n);
        using var inverse = GuardedVector.Unwritten(d, n);
        var options = new BatchNormOptions(epsilon, momentum);
        var norm = new BatchNorm(d);
        norm.Forward(gx.Matrix, gGamma.View, gBeta.View, runningMean.View, runningVariance.View, y.Matrix, mean.View, inverse.View, options, ActivationTests.Of(kind));

        var reference = ReferenceBatchNorm.Train(x, gamma, beta, epsilon, kind);
        double e = StrandError(m);
        Close.Assert(reference.Y, y.Read(context), OutputLimit(m), 1e-6, context);
        mean.AssertClose(reference.Mean, e, 0, context + " mean");
        inverse.AssertClose([.. reference.Variance.Select(v => 1 / Math.Sqrt(v + epsilon))], 0, 4 * e + 1e-6, context + " 1/σ");
        runningMean.AssertClose([.. reference.Mean.Zip(mean0, (batch, old) => (1 - momentum) * old + momentum * batch)], e + 2e-7, 0, context + " running mean");
        // A batch of one has no unbiased variance: the estimate stays.
        var expected = reference.Variance.Zip(variance0, (batch, old) => m == 1 ? old : (1 - momentum) * old + momentum * batch * m / (m - 1.0));
        runningVariance.AssertClose([.. expected], 0, m == 1 ? 0 : 4 * e + 5e-7, context + " running variance");

        using var inferred = GuardedMatrix.Unwritten(d, m, n);
        double[] estimatedMean = [.. runningMean.Read(context).Select(v => (double)v)], estimatedVariance = [.. runningVariance.Read(context).Select(v => (double)v)];
        norm.Infer(gx.Matrix, gGamma.View, gBeta.View, runningMean.View, runningVariance.View, inferred.Matrix, options, ActivationTests.Of(kind));
        var inference = ReferenceBatchNorm.Infer(x, gamma, beta, estimatedMean, estimatedVariance, epsilon, kind);
        // No sums: some roundings of 2⁻²⁴·|x̂|·γ, and 4e-7 of tanh and sigmoid.
        Close.Assert(inference.Y, inferred.Read(context), 4e-6, 1e-6, context + " inference");
        Assert.Equal(estimatedMean, runningMean.Read(context).Select(v => (double)v));
        Assert.Equal(estimatedVariance, runningVariance.Read(context).Select(v => (double)v));
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void BackwardMatchesTheReference(string device, int m, int n, float epsilon, float momentum, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={m} N={n} ε={epsilon} {kind} seed={seed}";
        var x = Inputs(m, n, seed);
        double[] gamma = Vector(n, seed + 1, 0.5, 1.5), beta = Vector(n, seed + 2, -1, 1), dGamma0 = Vector(n, seed + 5, -1, 1), dBeta0 = Vector(n, seed + 6, -1, 1);
        var reference = ReferenceBatchNorm.Train(x, gamma, beta, epsilon, kind);
        var dy = Upstream(reference, seed + 7);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var gGamma = GuardedVector.Of(d, gamma);
        using var gBeta = GuardedVector.Of(d, beta);
        using var running = GuardedVector.Of(d, new double[n]);
        using var y = GuardedMatrix.Unwritten(d, m, n);
        using var mean = GuardedVector.Unwritten(d, n);
        using var inverse = GuardedVector.Unwritten(d, n);
        using var dx = GuardedMatrix.Unwritten(d, m, n);
        using var dGamma = GuardedVector.Unwritten(d, n);
        using var dBeta = GuardedVector.Unwritten(d, n);
        using var sumGamma = GuardedVector.Of(d, dGamma0);
        using var sumBeta = GuardedVector.Of(d, dBeta0);
        var activation = ActivationTests.Of(kind);
        var norm = new BatchNorm(d);
        norm.Forward(gx.Matrix, gGamma.View, gBeta.View, running.View, running.View, y.Matrix, mean.View, inverse.View, new(epsilon, momentum), activation);
        norm.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, dx.Matrix, dGamma.View, dBeta.View, activation, accumulate: false);

        // g = dy·f′(y) is wrong by at most 2·|dy| times y's limit. A sum of M of them adds the strands' error; a product with |x̂| ≤ 2 doubles both and
        // adds x̂'s own. dx takes three such terms times γ/σ ≤ 3, the last with another factor |x̂| ≤ 2.
        double limit = 3 * OutputLimit(m), sumLimit = 3 * m * limit, inputLimit = 3 * (limit + limit + 2 * 3 * limit);
        var (expectedDX, expectedDGamma, expectedDBeta) = reference.Gradients(dy);
        Close.Assert(expectedDX, dx.Read(context), inputLimit, 1e-6, context + " dx");
        dGamma.AssertClose(expectedDGamma, sumLimit, 1e-6, context + " dγ");
        dBeta.AssertClose(expectedDBeta, sumLimit, 1e-6, context + " dβ");

        // In place, and accumulated.
        norm.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, gdy.Matrix, sumGamma.View, sumBeta.View, activation, accumulate: true);
        Assert.Equal(dx.Read(context), gdy.Read(context));
        sumGamma.AssertClose([.. expectedDGamma.Zip(dGamma0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dγ");
        sumBeta.AssertClose([.. expectedDBeta.Zip(dBeta0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dβ");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheReferencesGradientsAreCentralDifferencesOfItsOutput(int m, int n, float epsilon, float momentum, ActivationKind kind, int seed)
    {
        _ = momentum;
        const double h = 1e-5;
        var x = Inputs(m, n, seed);
        double[] gamma = Vector(n, seed + 1, 0.5, 1.5), beta = Vector(n, seed + 2, -1, 1);
        var reference = ReferenceBatchNorm.Train(x, gamma, beta, epsilon, kind);
        var dy = Upstream(reference, seed + 7);
        var (dx, dGamma, dBeta) = reference.Gradients(dy);
        double Loss() => ReferenceBatchNorm.Train(x, gamma, beta, epsilon, kind).Y.Cast<double>().Zip(dy.Cast<double>(), (a, b) => a * b).Sum();

        double Difference(ref double variable)
        {
            double at = variable;
            variable = at + h;
            double above = Loss();
            variable = at - h;
            double below = Loss();
            variable = at;
            return (above - below) / (2 * h);
        }

        // The third derivative is at most some tens (1/σ³ ≤ 8, times dy and γ; at M = 1 it is 0), times h²/6, and Loss is known to 10⁻¹⁴·M·N, over h.
        const double limit = 1e-7;
        for (int j = 0; j < n; j += Math.Max(1, n / 5))
        {
            for (int i = 0; i < m; i += Math.Max(1, m / 5))
                Assert.Equal(Difference(ref x[i, j]), dx[i, j], limit);
            Assert.Equal(Difference(ref gamma[j]), dGamma[j], limit);
            Assert.Equal(Difference(ref beta[j]), dBeta[j], limit);
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ASampleInfersTheSameBitsAloneAndInABatch(string device)
    {
        var d = TestDevice.Get(device);
        const int m = 5, n = 37;
        using var x = GuardedMatrix.Of(d, Inputs(m, n, 31));
        using var gamma = GuardedVector.Of(d, Vector(n, 32, 0.5, 1.5));
        using var beta = GuardedVector.Of(d, Vector(n, 33, -1, 1));
        using var mean = GuardedVector.Of(d, Vector(n, 34, -1, 1));
        using var variance = GuardedVector.Of(d, Vector(n, 35, 0.5, 2));
        using var batch = GuardedMatrix.Unwritten(d, m, n);
        using var alone = GuardedMatrix.Unwritten(d, m, n);
        var norm = new BatchNorm(d);
        norm.Infer(x.Matrix, gamma.View, beta.View, mean.View, variance.View, batch.Matrix, new BatchNormOptions(), Activation.Tanh);
        for (int i = 0; i < m; i++)
            norm.Infer(x.Matrix.SliceRows(i, 1), gamma.View, beta.View, mean.View, variance.View, alone.Matrix.SliceRows(i, 1), new BatchNormOptions(), Activation.Tanh);
        Assert.Equal(batch.Read(device), alone.Read(device));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ALargeMeanDoesNotDrownTheVariance(string device)
    {
        var d = TestDevice.Get(device);
        const int m = 32;
        var x = new double[m, 1];
        for (int i = 0; i < m; i++)
            x[i, 0] = 4096 + i % 2;
        using var gx = GuardedMatrix.Of(d, x);
        using var one = GuardedVector.Of(d, 1);
        using var zero = GuardedVector.Of(d, 0);
        using var running = GuardedVector.Of(d, 0);
        using var mean = GuardedVector.Unwritten(d, 1);
        using var inverse = GuardedVector.Unwritten(d, 1);
        using var y = GuardedMatrix.Unwritten(d, m, 1);
        new BatchNorm(d).Forward(gx.Matrix, one.View, zero.View, running.View, running.View, y.Matrix, mean.View, inverse.View, new(1e-5f, 0), Activation.Identity);
        // All sums here are exact in single precision; E[x²] − μ² would be off by 2⁻²⁴·4096² = 1.
        inverse.AssertClose([1 / Math.Sqrt(0.25 + 1e-5f)], 0, 1e-6, device);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNSpreadsOverItsColumnAlone(string device)
    {
        var d = TestDevice.Get(device);
        var x = Inputs(4, 2, 36);
        x[2, 1] = double.NaN;
        using var gx = GuardedMatrix.Of(d, x);
        using var one = GuardedVector.Of(d, 1, 1);
        using var zero = GuardedVector.Of(d, 0, 0);
        using var runningMean = GuardedVector.Of(d, 0, 0);
        using var runningVariance = GuardedVector.Of(d, 1, 1);
        using var mean = GuardedVector.Unwritten(d, 2);
        using var inverse = GuardedVector.Unwritten(d, 2);
        using var y = GuardedMatrix.Unwritten(d, 4, 2);
        new BatchNorm(d).Forward(
            gx.Matrix, one.View, zero.View, runningMean.View, runningVariance.View, y.Matrix, mean.View, inverse.View, new BatchNormOptions(), Activation.Relu);
        var result = y.Read(device);
        for (int i = 0; i < 4; i++)
        {
            Assert.True(float.IsFinite(result[i, 0]));
            Assert.True(float.IsNaN(result[i, 1]));
        }
    }

    [Theory]
    [InlineData(37), InlineData(128), InlineData(150)]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits(int m)
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            const int n = 150;
            using var x = GuardedMatrix.Of(d, Draw.Uniform(m, n, 41));
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(m, n, 42));
            using var gamma = GuardedVector.Of(d, Vector(n, 43, 0.5, 1.5));
            using var beta = GuardedVector.Of(d, Vector(n, 44, -1, 1));
            using var runningMean = GuardedVector.Of(d, new double[n]);
            using var runningVariance = GuardedVector.Of(d, new double[n]);
            using var mean = GuardedVector.Unwritten(d, n);
            using var inverse = GuardedVector.Unwritten(d, n);
            using var y = GuardedMatrix.Unwritten(d, m, n);
            using var dGamma = GuardedVector.Unwritten(d, n);
            using var dBeta = GuardedVector.Unwritten(d, n);
            var norm = new BatchNorm(d);
            norm.Forward(x.Matrix, gamma.View, beta.View, runningMean.View, runningVariance.View, y.Matrix, mean.View, inverse.View, new BatchNormOptions(), Activation.Tanh);
            norm.Backward(x.Matrix, y.Matrix, dy.Matrix, gamma.View, mean.View, inverse.View, dy.Matrix, dGamma.View, dBeta.View, Activation.Tanh, accumulate: false);
            bits.Add(
            [
                .. y.Read(name).Cast<float>(), .. dy.Read(name).Cast<float>(), .. mean.Read(name), .. inverse.Read(name), .. runningMean.Read(name),
                .. runningVariance.Read(name), .. dGamma.Read(name), .. dBeta.Read(name),
            ]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void TheDefaultsAreNamedAndZerosAreRefused()
    {
        Assert.Equal((1e-5f, 0.1f), (new BatchNormOptions().Epsilon, new BatchNormOptions().Momentum));
        var d = TestDevice.Get("cpu");
        using var x = GuardedMatrix.Unwritten(d, 2, 3);
        using var v = GuardedVector.Unwritten(d, 3);
        foreach (var options in (BatchNormOptions[])[default, new(-1, 0.1f), new(1e-5f, 1.5f), new(1e-5f, -0.1f), new(float.NaN, 0.1f), new(1e-5f, float.NaN)])
            Assert.Throws<ArgumentException>(() => new BatchNorm(d).Forward(x.Matrix, v.View, v.View, v.View, v.View, x.Matrix, v.View, v.View, options, Activation.Identity));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        var norm = new BatchNorm(d);
        using var x = GuardedMatrix.Unwritten(d, 2, 3);
        using var z = GuardedMatrix.Unwritten(d, 3, 3);
        using var v = GuardedVector.Unwritten(d, 3);
        using var w = GuardedVector.Unwritten(d, 2);
        var options = new BatchNormOptions();
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, v.View, v.View, v.View, v.View, z.Matrix, v.View, v.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, w.View, v.View, v.View, v.View, x.Matrix, v.View, v.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, v.View, v.View, v.View, v.View, x.Matrix, v.View, w.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Infer(x.Matrix, v.View, v.View, v.View, w.View, x.Matrix, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Backward(x.Matrix, x.Matrix, z.Matrix, v.View, v.View, v.View, x.Matrix, v.View, v.View, Activation.Identity, false));
        Assert.Throws<ArgumentException>(() => norm.Backward(x.Matrix, x.Matrix, x.Matrix, v.View, v.View, v.View, x.Matrix, w.View, v.View, Activation.Identity, false));
    }
}
