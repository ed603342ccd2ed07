using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>Layer normalisation, where a row is one segment, and instance normalisation, where each channel of it is.</summary>
public class SegmentNormTests
{
    private const float Epsilon = 1e-3f;

    /// <summary>Samples, channels (0: layer), features or pixels, activation, seed: ones, primes, the strands' and the groups' edges.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 0, 1, ActivationKind.Identity, 1], [2, 0, 17, ActivationKind.LeakyRelu, 2], [17, 0, 33, ActivationKind.Tanh, 3], [1, 1, 1, ActivationKind.Tanh, 4],
        [5, 7, 16, ActivationKind.Relu, 5],
        // Eight elements of a strand are kept between the passes: 128 of a segment. A layer's parameters take as many rows at once.
        [1, 0, 127, ActivationKind.LeakyRelu, 6], [129, 0, 1, ActivationKind.Relu, 7], [1, 2, 128, ActivationKind.Sigmoid, 8], [2, 1, 129, ActivationKind.Relu, 9],
    ];

    public static IEnumerable<object[]> AllCases => Cases.Concat(
        [[5, 0, 70, ActivationKind.Identity, 11], [18, 1, 35, ActivationKind.LeakyRelu, 12], [33, 0, 256, ActivationKind.LeakyRelu, 13], [9, 5, 100, ActivationKind.Relu, 14]]);

    private static double[,] Inputs(int rows, int columns, int seed)
    {
        // Signs alternate: deviations of at least ½ except in a segment of one.
        var x = Draw.Uniform(rows, columns, seed, 0.5, 1.5);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 1; j < columns; j += 2)
                x[i, j] = -x[i, j];
        }
        return x;
    }

    private static double[] Vector(int length, int seed, double low, double high) => [.. Draw.Uniform(1, length, seed, low, high).Cast<double>()];

    private static double[,] Upstream(ReferenceSegmentNorm reference, int seed)
    {
        // 0 where a rectifier's corner is so near that single precision may take the other branch.
        var dy = Draw.Uniform(reference.Y.GetLength(0), reference.Y.GetLength(1), seed);
        for (int i = 0; i < dy.GetLength(0); i++)
        {
            for (int j = 0; j < dy.GetLength(1); j++)
                dy[i, j] = Math.Abs(reference.Affine[i, j]) < 1e-4 ? 0 : dy[i, j];
        }
        return dy;
    }

    private static ReferenceSegmentNorm Reference(double[,] x, int channels, int size, ActivationKind kind, int seed, out double[] gamma, out double[] beta)
    {
        int parameters = channels == 0 ? size : channels;
        gamma = Vector(parameters, seed + 1, 0.5, 1.5);
        beta = Vector(parameters, seed + 2, -1, 1);
        return new ReferenceSegmentNorm(x, gamma, beta, size, channels == 0, Epsilon, kind);
    }

    [Theory]
    [OnCpu(nameof(AllCases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(AllCases)), OnOpenCl(nameof(AllCases))]
    public void ForwardAndBackwardMatchTheReference(string device, int rows, int channels, int size, ActivationKind kind, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} M={rows} channels={channels} size={size} {kind} seed={seed}";
        int segments = Math.Max(1, channels), columns = segments * size, parameters = channels == 0 ? size : channels;
        var x = Inputs(rows, columns, seed);
        var reference = Reference(x, channels, size, kind, seed, out double[] gamma, out double[] beta);
        var dy = Upstream(reference, seed + 3);
        double[] dGamma0 = Vector(parameters, seed + 4, -1, 1), dBeta0 = Vector(parameters, seed + 5, -1, 1);
        using var gx = GuardedMatrix.Of(d, x);
        using var gdy = GuardedMatrix.Of(d, dy);
        using var gGamma = GuardedVector.Of(d, gamma);
        using var gBeta = GuardedVector.Of(d, beta);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);
        using var dx = GuardedMatrix.Unwritten(d, rows, columns);
        using var mean = GuardedVector.Unwritten(d, rows * segments);
        using var inverse = GuardedVector.Unwritten(d, rows * segments);
        using var scratch = GuardedVector.Unwritten(d, 2 * rows * segments);
        using var dGamma = GuardedVector.Unwritten(d, parameters);
        using var dBeta = GuardedVector.Unwritten(d, parameters);
        using var sumGamma = GuardedVector.Of(d, dGamma0);
        using var sumBeta = GuardedVector.Of(d, dBeta0);
        var f = ActivationTests.Of(kind);
        var (layer, instance) = (new LayerNorm(d), new InstanceNorm(d));
        void Backward(GuardedMatrix target, GuardedVector ofGamma, GuardedVector ofBeta, bool accumulate)
        {
            if (channels == 0)
                layer.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, target.Matrix, ofGamma.View, ofBeta.View, scratch.View, f, accumulate);
            else
                instance.Backward(gx.Matrix, y.Matrix, gdy.Matrix, gGamma.View, mean.View, inverse.View, target.Matrix, ofGamma.View, ofBeta.View, scratch.View, f, accumulate);
        }
        if (channels == 0)
            layer.Forward(gx.Matrix, gGamma.View, gBeta.View, y.Matrix, mean.View, inverse.View, Epsilon, f);
        else
            instance.Forward(gx.Matrix, gGamma.View, gBeta.View, y.Matrix, mean.View, inverse.View, Epsilon, f);
        Backward(dx, dGamma, dBeta, accumulate: false);

        // As for BatchNorm, with S for M: e for a mean of magnitude 1, x̂ ≤ 3 wrong by 10·e; dx is three such terms with γ/σ ≤ 3; a parameter's gradient sums M or M·S of them.
        double e = (size / 16.0 + 16) * 6e-8, limit = 10 * e + 2e-6, inputLimit = 30 * limit;
        Close.Assert(reference.Y, y.Read(context), limit, 1e-6, context + " y");
        inverse.AssertClose([.. Enumerable.Range(0, rows * segments).Select(s => 1 / reference.Deviations[s / segments, s % segments * size])], 0, 4 * e + 1e-6, context + " 1/σ");
        mean.Read(context);
        var (expectedDX, expectedDGamma, expectedDBeta) = reference.Gradients(dy);
        Close.Assert(expectedDX, dx.Read(context), inputLimit, 1e-6, context + " dx");
        double sumLimit = 3 * limit * rows * columns / parameters;
        dGamma.AssertClose(expectedDGamma, sumLimit, 1e-6, context + " dγ");
        dBeta.AssertClose(expectedDBeta, sumLimit, 1e-6, context + " dβ");

        // In place, and accumulated.
        Backward(gdy, sumGamma, sumBeta, accumulate: true);
        Assert.Equal(dx.Read(context), gdy.Read(context));
        sumGamma.AssertClose([.. expectedDGamma.Zip(dGamma0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dγ");
        sumBeta.AssertClose([.. expectedDBeta.Zip(dBeta0, (a, b) => a + b)], sumLimit + 1e-6, 1e-6, context + " accumulated dβ");
        scratch.Read(context);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheReferencesGradientsAreCentralDifferencesOfItsOutput(int rows, int channels, int size, ActivationKind kind, int seed)
    {
        const double h = 1e-5;
        int columns = Math.Max(1, channels) * size;
        var x = Inputs(rows, columns, seed);
        var reference = Reference(x, channels, size, kind, seed, out double[] gamma, out double[] beta);
        var dy = Upstream(reference, seed + 3);
        var (dx, dGamma, dBeta) = reference.Gradients(dy);
        double Loss() => new ReferenceSegmentNorm(x, gamma, beta, size, channels == 0, Epsilon, kind).Y.Cast<double>().Zip(dy.Cast<double>(), (a, b) => a * b).Sum();

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

        // h²/6 of a third derivative of some tens, and 10⁻¹⁴·M·N over h.
        const double limit = 1e-7;
        for (int j = 0; j < columns; j += Math.Max(1, columns / 4))
        {
            for (int i = 0; i < rows; i += Math.Max(1, rows / 3))
                Assert.Equal(Difference(ref x[i, j]), dx[i, j], limit);
        }
        for (int p = 0; p < gamma.Length; p += Math.Max(1, gamma.Length / 4))
        {
            Assert.Equal(Difference(ref gamma[p]), dGamma[p], limit);
            Assert.Equal(Difference(ref beta[p]), dBeta[p], limit);
        }
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            const int rows = 19, channels = 2, size = 37, columns = channels * size;
            using var x = GuardedMatrix.Of(d, Draw.Uniform(rows, columns, 1));
            using var dy = GuardedMatrix.Of(d, Draw.Uniform(rows, columns, 2));
            using var y = GuardedMatrix.Unwritten(d, rows, columns);
            using var gamma = GuardedVector.Of(d, Vector(columns, 3, 0.5, 1.5));
            using var statistics = GuardedVector.Unwritten(d, rows * channels * 4);
            using var dGamma = GuardedVector.Unwritten(d, columns);
            using var dBeta = GuardedVector.Unwritten(d, columns);
            int n = rows * channels;
            var (mean, inverse, scratch) = (statistics.View.SubView(0, n), statistics.View.SubView(n, n), statistics.View.SubView(2 * n, 2 * n));
            var (two, dTwo, dOther) = (gamma.View.SubView(0, channels), dGamma.View.SubView(0, channels), dBeta.View.SubView(0, channels));
            new InstanceNorm(d).Forward(x.Matrix, two, two, y.Matrix, mean, inverse, Epsilon, Activation.Tanh);
            new InstanceNorm(d).Backward(x.Matrix, y.Matrix, dy.Matrix, two, mean, inverse, dy.Matrix, dTwo, dOther, scratch, Activation.Tanh, accumulate: false);
            bits.Add([.. y.Read(name).Cast<float>(), .. dy.Read(name).Cast<float>(), .. dGamma.Read(name)[..channels]]);
            (mean, inverse, scratch) = (statistics.View.SubView(0, rows), statistics.View.SubView(n, rows), statistics.View.SubView(2 * n, 2 * rows));
            new LayerNorm(d).Forward(x.Matrix, gamma.View, gamma.View, y.Matrix, mean, inverse, Epsilon, Activation.Tanh);
            new LayerNorm(d).Backward(x.Matrix, y.Matrix, dy.Matrix, gamma.View, mean, inverse, dy.Matrix, dGamma.View, dBeta.View, scratch, Activation.Tanh, accumulate: false);
            bits[^1] = [.. bits[^1], .. y.Read(name).Cast<float>(), .. dy.Read(name).Cast<float>(), .. dGamma.Read(name), .. dBeta.Read(name)];
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedMatrix.Unwritten(d, 2, 6);
        using var other = GuardedMatrix.Unwritten(d, 2, 5);
        using var v = GuardedVector.Unwritten(d, 8);
        var (two, four, six) = (v.View.SubView(0, 2), v.View.SubView(0, 4), v.View.SubView(0, 6));
        var (layer, instance) = (new LayerNorm(d), new InstanceNorm(d));
        Assert.Throws<ArgumentException>(() => layer.Forward(x.Matrix, two, six, x.Matrix, two, two, Epsilon, Activation.Identity));
        Assert.Throws<ArgumentException>(() => layer.Forward(x.Matrix, six, six, other.Matrix, two, two, Epsilon, Activation.Identity));
        Assert.Throws<ArgumentException>(() => layer.Forward(x.Matrix, six, six, x.Matrix, four, two, Epsilon, Activation.Identity));
        foreach (float epsilon in (float[])[0, -1, float.NaN])
            Assert.Throws<ArgumentException>(() => layer.Forward(x.Matrix, six, six, x.Matrix, two, two, epsilon, Activation.Identity));
        Assert.Throws<ArgumentException>(() => instance.Forward(x.Matrix, four, four, x.Matrix, v.View, v.View, Epsilon, Activation.Identity));
        Assert.Throws<ArgumentException>(() => instance.Forward(x.Matrix, default, default, x.Matrix, four, four, Epsilon, Activation.Identity));
        Assert.Throws<ArgumentException>(() => instance.Backward(x.Matrix, x.Matrix, other.Matrix, two, four, four, x.Matrix, two, two, v.View, Activation.Identity, false));
        Assert.Throws<ArgumentException>(() => instance.Backward(x.Matrix, x.Matrix, x.Matrix, two, four, four, x.Matrix, two, six, v.View, Activation.Identity, false));
        Assert.Throws<ArgumentException>(() => instance.Backward(x.Matrix, x.Matrix, x.Matrix, two, four, four, x.Matrix, two, two, six, Activation.Identity, false));
    }
}
