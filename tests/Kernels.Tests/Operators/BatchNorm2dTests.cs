using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class BatchNorm2dTests
{
    /// <summary>N, C, P, ε, momentum, activation, seed: a batch of one pixel, one image, primes, below, at and beyond the 256 lanes of a channel.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 1, 1, 1e-5f, 0.1f, ActivationKind.Identity, 1], [1, 2, 17, 1e-5f, 0.1f, ActivationKind.Tanh, 2], [2, 3, 1, 1e-5f, 0.1f, ActivationKind.Relu, 3],
        [3, 1, 85, 0.5f, 0.8f, ActivationKind.Identity, 4], [4, 1, 64, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 5], [7, 1, 49, 1e-3f, 0.25f, ActivationKind.Sigmoid, 6],
        // Eight elements of a lane are kept between the passes: 2,048 of a channel.
        [2, 1, 1023, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 7], [128, 2, 16, 1e-5f, 0.1f, ActivationKind.Relu, 8], [683, 1, 3, 1e-5f, 0.1f, ActivationKind.Tanh, 9],
    ];

    // The reference's Jacobian is quadratic in the pixels of a channel, so these are no larger.
    public static IEnumerable<object[]> AllCases => Cases.Concat(
        [[31, 3, 49, 1e-5f, 0.1f, ActivationKind.LeakyRelu, 21], [9, 2, 196, 1e-5f, 1f, ActivationKind.Relu, 22], [3, 1, 784, 1e-5f, 0f, ActivationKind.Tanh, 23]]);

    /// <summary>
    /// What a sum in the order of the lanes may lose, for each of its mean magnitude: (M/256 + 32)·2⁻²⁴. The inputs are those of <see cref="BatchNormTests"/>, so what
    /// follows from it does too: |x| ≤ 1.5, a deviation of at least ½ where there are two pixels, |x̂| ≤ 2 or so, |γ| ≤ 1.5.
    /// </summary>
    private static double SumError(int pixels) => (pixels / 256.0 + 32) * 6e-8;

    private static double OutputLimit(int pixels) => 10 * SumError(pixels) + 2e-6;

    private static double[,] Inputs(int n, int columns, int seed)
    {
        var x = Draw.Uniform(n, columns, seed, 0.5, 1.5);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < columns; j++)
                x[i, j] *= (i + j) % 2 == 0 ? 1 : -1;
        }
        return x;
    }

    private static double[] Vector(int length, int seed, double low, double high) => [.. Draw.Uniform(1, length, seed, low, high).Cast<double>()];

    /// <summary>A gradient that is zero where a rectifier's corner is too near for single precision to tell its side.</summary>
    private static double[,] Upstream(ReferenceBatchNorm reference, int images, int seed)
    {
        var affine = ReferenceChannels.ToImages(reference.Affine, images);
        var dy = Draw.Uniform(images, affine.GetLength(1), seed);
        for (int i = 0; i < images; i++)
        {
            for (int j = 0; j < dy.GetLength(1); j++)
                dy[i, j] = Math.Abs(affine[i, j]) < 1e-4 ? 0 : dy[i, j];
        }
        return dy;
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void ForwardAndInferenceMatchTheReference(string device, int n, int c, int p, float epsilon, float momentum, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        int m = n * p;
        string context = $"{device} N={n} C={c} P={p} ε={epsilon} momentum={momentum} {kind} seed={seed}";
        var x = Inputs(n, c * p, seed);
        double[] gamma = Vector(c, seed + 1, 0.5, 1.5), beta = Vector(c, seed + 2, -1, 1), mean0 = Vector(c, seed + 3, -1, 1), variance0 = Vector(c, seed + 4, 0.5, 2);
        using var gx = GuardedMatrix.Of(d, x);
        using var gGamma = GuardedVector.Of(d, gamma);
        using var gBeta = GuardedVector.Of(d, beta);
        using var runningMean = GuardedVector.Of(d, mean0);
        using var runningVariance = GuardedVector.Of(d, variance0);
        using var y = GuardedMatrix.Unwritten(d, n, c * p);
        using var mean = GuardedVector.Unwritten(d, c);
        using var inverse = GuardedVector.Unwritten(d, c);
        var options = new BatchNormOptions(epsilon, momentum);
        var norm = new BatchNorm2d(d);
        norm.Forward(gx.Matrix, gGamma.View, gBeta.View, runningMean.View, runningVariance.View, y.Matrix, mean.View, inverse.View, options, ActivationTests.Of(kind));

        var reference = ReferenceBatchNorm.Train(ReferenceChannels.ToColumns(x, c), gamma, beta, epsilon, kind);
        double e = SumError(m);
        Close.Assert(ReferenceChannels.ToImages(reference.Y, n), y.Read(context), OutputLimit(m), 1e-6, context);
        mean.AssertClose(reference.Mean, 1.5 * e, 0, context + " mean");
        inverse.AssertClose([.. reference.Variance.Select(v => 1 / Math.Sqrt(v + epsilon))], 0, 4 * e + 1e-6, context + " 1/σ");
        runningMean.AssertClose([.. reference.Mean.Zip(mean0, (batch, old) => (1 - momentum) * old + momentum * batch)], 1.5 * e + 2e-7, 0, context + " running mean");
        var expected = reference.Variance.Zip(variance0, (batch, old) => m == 1 ? old : (1 - momentum) * old + momentum * batch * m / (m - 1.0));
        runningVariance.AssertClose([.. expected], 0, m == 1 ? 0 : 4 * e + 5e-7, context + " running variance");

        using var inferred = GuardedMatrix.Unwritten(d, n, c * p);
        double[] estimatedMean = [.. runningMean.Read(context).Select(v => (double)v)], estimatedVariance = [.. runningVariance.Read(context).Select(v => (double)v)];
        norm.Infer(gx.Matrix, gGamma.View, gBeta.View, runningMean.View, runningVariance.View, inferred.Matrix, options, ActivationTests.Of(kind));
        var inference = ReferenceBatchNorm.Infer(ReferenceChannels.ToColumns(x, c), gamma, beta, estimatedMean, estimatedVariance, epsilon, kind);
        Close.Assert(ReferenceChannels.ToImages(inference.Y, n), inferred.Read(context), 4e-6, 1e-6, context + " inference");
        Assert.Equal(estimatedMean, runningMean.Read(context).Select(v => (double)v));
        Assert.Equal(estimatedVariance, runningVariance.Read(context).Select(v => (double)v));
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void BackwardMatchesTheReference(string device, int n, int c, int p, float epsilon, float momentum, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        int m = n * p;
        string context = $"{device} N={n} C={c} P={p} ε={epsilon} {kind} seed={seed}";
        var x = Inputs(n, c * p, seed);
        double[] gamma = Vector(c, seed + 1, 0.5, 1.5), beta = Vector(c, seed + 2, -1, 1), dGamma0 = Vector(c, seed + 5, -1, 1), dBeta0 = Vector(c, seed + 6, -1, 1);
        var reference = ReferenceBatchNorm.Train(ReferenceChannels.ToColumns(x, c), gamma, beta, epsilon, kind);
        var dy = Upstream(reference, n, seed + 7);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var gGamma = GuardedVector.Of(d, gamma);
        using var gBeta = GuardedVector.Of(d, beta);
        using var running = GuardedVector.Of(d, new double[c]);
        using var y = GuardedMatrix.Unwritten(d, n, c * p);
        using var mean = GuardedVector.Unwritten(d, c);
        using var inverse = GuardedVector.Unwritten(d, c);
        using var dx = GuardedMatrix.Unwritten(d, n, c * p);
        using var dGamma = GuardedVector.Unwritten(d, c);
        using var dBeta = GuardedVector.Unwritten(d, c);
        using var sumGamma = GuardedVector.Of(d, dGamma0);
        using var sumBeta = GuardedVector.Of(d, dBeta0);
        var activation = ActivationTests.Of(kind);
        var norm = new BatchNorm2d(d);
        norm.Forward(gx.Matrix, gGamma.View, gBeta.View, running.View, running.View, y.Matrix, mean.View, inverse.View, new(epsilon, momentum), activation);
        norm.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, dx.Matrix, dGamma.View, dBeta.View, activation, accumulate: false);

        // As in BatchNormTests: g is wrong by 2·|dy| times y's limit, a product with |x̂| ≤ 2 doubles that and adds x̂'s own, dx takes three such terms times γ/σ ≤ 3.
        double limit = 3 * OutputLimit(m), sumLimit = 3 * m * limit, inputLimit = 3 * (limit + limit + 2 * 3 * limit);
        var (expectedDX, expectedDGamma, expectedDBeta) = reference.Gradients(ReferenceChannels.ToColumns(dy, c));
        Close.Assert(ReferenceChannels.ToImages(expectedDX, n), dx.Read(context), inputLimit, 1e-6, context + " dx");
        dGamma.AssertClose(expectedDGamma, sumLimit, 1e-6, context + " dγ");
        dBeta.AssertClose(expectedDBeta, sumLimit, 1e-6, context + " dβ");

        norm.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, gdy.Matrix, sumGamma.View, sumBeta.View, activation, accumulate: true);
        Assert.Equal(dx.Read(context), gdy.Read(context));
        sumGamma.AssertClose([.. expectedDGamma.Zip(dGamma0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dγ");
        sumBeta.AssertClose([.. expectedDBeta.Zip(dBeta0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dβ");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ASampleInfersTheSameBitsAloneAndInABatch(string device)
    {
        var d = TestDevice.Get(device);
        const int n = 5, c = 3, p = 21;
        using var x = GuardedMatrix.Of(d, Inputs(n, c * p, 31));
        using var gamma = GuardedVector.Of(d, Vector(c, 32, 0.5, 1.5));
        using var beta = GuardedVector.Of(d, Vector(c, 33, -1, 1));
        using var mean = GuardedVector.Of(d, Vector(c, 34, -1, 1));
        using var variance = GuardedVector.Of(d, Vector(c, 35, 0.5, 2));
        using var batch = GuardedMatrix.Unwritten(d, n, c * p);
        using var alone = GuardedMatrix.Unwritten(d, n, c * p);
        var norm = new BatchNorm2d(d);
        norm.Infer(x.Matrix, gamma.View, beta.View, mean.View, variance.View, batch.Matrix, new BatchNormOptions(), Activation.Tanh);
        for (int i = 0; i < n; i++)
            norm.Infer(x.Matrix.SliceRows(i, 1), gamma.View, beta.View, mean.View, variance.View, alone.Matrix.SliceRows(i, 1), new BatchNormOptions(), Activation.Tanh);
        Assert.Equal(batch.Read(device), alone.Read(device));
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            const int n = 11, c = 3, p = 61;
            using var x = GuardedMatrix.Of(d, Draw.Uniform(n, c * p, 41));
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(n, c * p, 42));
            using var gamma = GuardedVector.Of(d, Vector(c, 43, 0.5, 1.5));
            using var beta = GuardedVector.Of(d, Vector(c, 44, -1, 1));
            using var runningMean = GuardedVector.Of(d, new double[c]);
            using var runningVariance = GuardedVector.Of(d, new double[c]);
            using var mean = GuardedVector.Unwritten(d, c);
            using var inverse = GuardedVector.Unwritten(d, c);
            using var y = GuardedMatrix.Unwritten(d, n, c * p);
            using var dGamma = GuardedVector.Unwritten(d, c);
            using var dBeta = GuardedVector.Unwritten(d, c);
            var norm = new BatchNorm2d(d);
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
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        var norm = new BatchNorm2d(d);
        using var x = GuardedMatrix.Unwritten(d, 2, 12);
        using var z = GuardedMatrix.Unwritten(d, 3, 12);
        using var v = GuardedVector.Unwritten(d, 3);
        using var w = GuardedVector.Unwritten(d, 4);
        using var five = GuardedVector.Unwritten(d, 5);
        var options = new BatchNormOptions();
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, v.View, v.View, v.View, v.View, z.Matrix, v.View, v.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, five.View, five.View, five.View, five.View, x.Matrix, five.View, five.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, v.View, v.View, v.View, v.View, x.Matrix, v.View, w.View, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Forward(x.Matrix, v.View, v.View, v.View, v.View, x.Matrix, v.View, v.View, default, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Infer(x.Matrix, v.View, v.View, v.View, w.View, x.Matrix, options, Activation.Identity));
        Assert.Throws<ArgumentException>(() => norm.Backward(x.Matrix, x.Matrix, z.Matrix, v.View, v.View, v.View, x.Matrix, v.View, v.View, Activation.Identity, false));
        Assert.Throws<ArgumentException>(() => norm.Backward(x.Matrix, x.Matrix, x.Matrix, v.View, v.View, v.View, x.Matrix, w.View, v.View, Activation.Identity, false));
    }
}
