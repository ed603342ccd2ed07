using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;
using ILGPU;

namespace GpuCgan.Kernels.Tests.Operators;

public class ObjectiveTests
{
    /// <summary>M, target, seed: one, primes, a vector's and a group's edges. Hard and soft targets.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 1f, 1], [2, 0f, 2], [15, 0.1f, 3], [16, 0.9f, 4], [17, 1f, 5], [63, 0f, 6], [64, 0.5f, 7], [65, 0.9f, 8], [255, 0.1f, 9], [256, 1f, 10], [257, 0f, 11],
        [1009, 0.9f, 12],
    ];

    /// <summary>Logits in [−6, 6], and every fifth at ±50, where a sigmoid has rounded to 0 or 1.</summary>
    private static double[,] Logits(int m, int seed)
    {
        var z = Draw.Uniform(m, 1, seed, -6, 6);
        for (int i = 0; i < m; i += 5)
            z[i, 0] = i % 2 == 0 ? 50 : -50;
        return z;
    }

    private static void Launch(string objective, ComputeDevice d, Matrix logits, float target, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (objective == "cross-entropy")
            new BinaryCrossEntropy(d).Launch(logits, target, dLogits, loss, score);
        else
            new LeastSquares(d).Launch(logits, target, dLogits, loss, score);
    }

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void CrossEntropyMatchesTheReference(string device, int m, float target, int seed) =>
        // Softplus is within 6·10⁻⁷ of its value, σ within 4·10⁻⁷, (1 − t)·z within two roundings, and all terms are positive: 10⁻⁶ of the loss, and the
        // strands add (M/256 + 32)·2⁻²⁴ ≤ 2.2·10⁻⁶. A gradient (1 − t) − σ or σ − t loses 4·10⁻⁷·σ(−|z|) and its own rounding.
        Check("cross-entropy", device, m, target, seed, ReferenceObjective.CrossEntropy, ReferenceObjective.CrossEntropyDerivative, ReferenceObjective.Logistic, 2.5e-7, 4e-6);

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void LeastSquaresMatchesTheReference(string device, int m, float target, int seed) =>
        // z − t rounds once; the square doubles that. The mean of z is a sum of both signs, so its error is that of the mean of |z| ≤ 15.
        Check("least squares", device, m, target, seed, ReferenceObjective.LeastSquares, ReferenceObjective.LeastSquaresDerivative, (z) => z, 2.5e-7, 4e-6);

    private static void Check(
        string objective, string device, int m, float target, int seed, Func<double, double, double> loss, Func<double, double, double> derivative,
        Func<double, double> score, double atol, double rtol)
    {
        var d = TestDevice.Get(device);
        string context = $"{objective} {device} M={m} t={target} seed={seed}";
        var z = Logits(m, seed);
        var gradients = new double[m, 1];
        double losses = 0, scores = 0, scoreMagnitude = 0;
        for (int i = 0; i < m; i++)
        {
            losses += loss(z[i, 0], target) / m;
            scores += score(z[i, 0]) / m;
            scoreMagnitude += Math.Abs(score(z[i, 0])) / m;
            gradients[i, 0] = derivative(z[i, 0], target) / m;
        }
        using var logits = GuardedMatrix.Of(d, z);
        using var dLogits = GuardedMatrix.Unwritten(d, m, 1);
        using var metrics = GuardedVector.Of(d, 0, 0);
        Launch(objective, d, logits.Matrix, target, dLogits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        Close.Assert(gradients, dLogits.Read(context), atol / m, 1e-6, context + " gradient");
        metrics.AssertClose([losses, scores], atol + rtol * scoreMagnitude, rtol, context);

        // A second batch is added to the metrics; the gradient may lie on the logits.
        Launch(objective, d, logits.Matrix, target, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        Assert.Equal(dLogits.Read(context), logits.Read(context));
        metrics.AssertClose([2 * losses, 2 * scores], 2 * (atol + rtol * scoreMagnitude), rtol, context + " accumulated");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void CrossEntropyKeepsItsPrecisionWhereTheSigmoidHasNone(string device)
    {
        var d = TestDevice.Get(device);
        using var logits = GuardedMatrix.Of(d, new double[,] { { 50 }, { 20 }, { -50 } });
        using var dLogits = GuardedMatrix.Unwritten(d, 3, 1);
        using var metrics = GuardedVector.Of(d, 0, 0);
        new BinaryCrossEntropy(d).Launch(logits.Matrix, 1, dLogits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
        // For a real image that D is sure of, what is left is −σ(−z): relative 10⁻⁶, no absolute floor.
        var expected = new double[,] { { -ReferenceObjective.Logistic(-50) / 3 }, { -ReferenceObjective.Logistic(-20) / 3 }, { -1 / 3.0 } };
        Close.Assert(expected, dLogits.Read(device), 0, 1e-6, device);

        using var one = GuardedMatrix.Of(d, new double[,] { { 20 } });
        using var loss = GuardedVector.Of(d, 0, 0);
        new BinaryCrossEntropy(d).Launch(one.Matrix, 1, one.Matrix, loss.View.SubView(0, 1), loss.View.SubView(1, 1));
        Close.Assert(ReferenceObjective.CrossEntropy(20, 1), loss.Read(device)[0], 0, 2e-6, device);
    }

    [Theory]
    [InlineData(0f), InlineData(0.1f), InlineData(0.9f), InlineData(1f)]
    public void TheReferencesDerivativesAreCentralDifferences(float target)
    {
        const double h = 1e-5;
        foreach (double z in (double[])[-50, -3, -0.4, 0, 0.7, 5, 50])
        {
            // h²/6 times a third derivative below ½ (0 for the square), and 10⁻¹⁶·1250/h.
            Assert.Equal((ReferenceObjective.CrossEntropy(z + h, target) - ReferenceObjective.CrossEntropy(z - h, target)) / (2 * h), ReferenceObjective.CrossEntropyDerivative(z, target), 1e-7);
            Assert.Equal((ReferenceObjective.LeastSquares(z + h, target) - ReferenceObjective.LeastSquares(z - h, target)) / (2 * h), ReferenceObjective.LeastSquaresDerivative(z, target), 1e-7);
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNLogitShowsInLossAndGradient(string device)
    {
        var d = TestDevice.Get(device);
        foreach (string objective in (string[])["cross-entropy", "least squares"])
        {
            using var logits = GuardedMatrix.Of(d, new double[,] { { 1 }, { double.NaN } });
            using var metrics = GuardedVector.Of(d, 0, 0);
            Launch(objective, d, logits.Matrix, 0.9f, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
            Assert.True(float.IsFinite(logits.Read(device)[0, 0]));
            Assert.True(float.IsNaN(logits.Read(device)[1, 0]), objective);
            Assert.All(metrics.Read(device), x => Assert.True(float.IsNaN(x), objective));
        }
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        foreach (string objective in (string[])["cross-entropy", "least squares"])
        {
            var bits = new List<float[]>();
            foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
            {
                using var d = ComputeDevice.Open(name, threads);
                using var logits = GuardedMatrix.Of(d, Draw.Uniform(601, 1, 31, -4, 4));
                using var metrics = GuardedVector.Of(d, 0, 0);
                Launch(objective, d, logits.Matrix, 0.9f, logits.Matrix, metrics.View.SubView(0, 1), metrics.View.SubView(1, 1));
                bits.Add([.. logits.Read(name).Cast<float>(), .. metrics.Read(name)]);
            }
            Assert.All(bits, b => Assert.Equal(bits[0], b));
        }
    }

    [Fact]
    public void ArgumentsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var z = GuardedMatrix.Unwritten(d, 3, 1);
        using var other = GuardedMatrix.Unwritten(d, 4, 1);
        using var wide = GuardedMatrix.Unwritten(d, 3, 2);
        using var metrics = GuardedVector.Unwritten(d, 2);
        var one = metrics.View.SubView(0, 1);
        foreach (string objective in (string[])["cross-entropy", "least squares"])
        {
            Assert.Throws<ArgumentException>(() => Launch(objective, d, z.Matrix, 1, other.Matrix, one, one));
            Assert.Throws<ArgumentException>(() => Launch(objective, d, wide.Matrix, 1, wide.Matrix, one, one));
            Assert.Throws<ArgumentException>(() => Launch(objective, d, z.Matrix, 1, z.Matrix, metrics.View, one));
            Assert.Throws<ArgumentException>(() => Launch(objective, d, z.Matrix, 1, z.Matrix, one, metrics.View));
            Assert.Throws<ArgumentOutOfRangeException>(() => Launch(objective, d, z.Matrix, float.NaN, z.Matrix, one, one));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryCrossEntropy(d).Launch(z.Matrix, 1.1f, z.Matrix, one, one));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryCrossEntropy(d).Launch(z.Matrix, -0.1f, z.Matrix, one, one));
    }
}
