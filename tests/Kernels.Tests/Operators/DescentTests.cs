using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

/// <summary>RMSProp, SGD and the two clips: everything that walks over an arena beside Adam.</summary>
public class DescentTests
{
    /// <summary>Length, ρ or μ, ε, rate scale, seed: one, a vector's edges, more than an item of work. A large ε shows where it is added.</summary>
    public static IEnumerable<object[]> Cases =>
        // Between the guards the lengths 2, 62 and 16,502 lie at multiples of 16 bytes, so a kernel moves fours of them, and the last two alone.
        [[2, 0.99f, 1e-8f, 1f, 6], [62, 0.9f, 0.05f, 0.25f, 7], [16_502, 0.99f, 1e-3f, 1f, 8],
            [1, 0.99f, 1e-8f, 1f, 1], [15, 0f, 1e-8f, 1f, 2], [17, 0.9f, 0.05f, 0.25f, 3], [64, 0.5f, 1e-8f, 2f, 4],
            [16_501, 0.99f, 1e-3f, 1f, 5]];

    private static double[] Row(int length, int seed) => [.. Draw.Uniform(1, length, seed).Cast<double>()];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void SeveralStepsOfRmsPropMatchTheReference(string device, int length, float decay, float epsilon, float scale, int seed)
    {
        const int steps = 3;
        const float rate = 2e-3f;
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} ρ={decay} ε={epsilon} scale={scale} seed={seed}";
        double[] w = Row(length, seed), v = [.. Row(length, seed + 1).Select(x => (double)(float)(0.1 + Math.Abs(x)))];
        using var parameters = GuardedVector.Of(d, w);
        using var squares = GuardedVector.Of(d, v);
        using var clock = new StepClock(d, 1);
        clock.Set(5, 1, scale);
        var rmsProp = new RmsProp(d);
        for (int step = 0; step < steps; step++)
        {
            double[] g = Row(length, seed + 10 + step);
            using var gradients = GuardedVector.Of(d, g);
            rmsProp.Launch(clock.View, parameters.View, gradients.View, squares.View, new RmsPropOptions(rate, decay, epsilon));
            ReferenceDescent.RmsProp((double)rate * scale, decay, epsilon, w, g, v);
            Assert.Equal(g.Select(x => (float)x), gradients.Read(context));
        }
        // v rounds four times an update, and so does a step of at most α·10 = α/√(1 − ρ); a parameter of at most 1 rounds once more.
        squares.AssertClose(v, 1e-12, steps * 4e-7, context + " mean squares");
        parameters.AssertClose(w, steps * (10 * rate * scale * 1e-6 + 1e-7), 0, context + " parameters");
    }

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void SeveralStepsOfSgdMatchTheReference(string device, int length, float momentum, float epsilon, float scale, int seed)
    {
        _ = epsilon;
        const int steps = 3;
        const float rate = 0.1f;
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} μ={momentum} scale={scale} seed={seed}";
        double[] w = Row(length, seed), b = new double[length];
        using var parameters = GuardedVector.Of(d, w);
        using var velocities = GuardedVector.Of(d, b);
        using var clock = new StepClock(d, 1);
        clock.Set(5, 1, scale);
        var sgd = new Sgd(d);
        for (int step = 0; step < steps; step++)
        {
            double[] g = Row(length, seed + 10 + step);
            using var gradients = GuardedVector.Of(d, g);
            sgd.Launch(clock.View, parameters.View, gradients.View, velocities.View, rate, momentum);
            ReferenceDescent.Sgd((double)rate * scale, momentum, w, g, b);
            Assert.Equal(g.Select(x => (float)x), gradients.Read(context));
        }
        // |b| ≤ 3 rounds twice an update; a parameter of at most 2 once, and once for the product.
        velocities.AssertClose(b, steps * 4e-7, 0, context + " velocities");
        parameters.AssertClose(w, steps * 5e-7, 0, context + " parameters");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void PaddingStaysZeroAndANaNGradientShows(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 1);
        foreach (bool rms in (bool[])[true, false])
        {
            using var w = GuardedVector.Of(d, 1, 0, 1);
            using var g = GuardedVector.Of(d, double.NaN, 0, 1);
            using var memory = GuardedVector.Of(d, 0, 0, 0);
            if (rms)
                new RmsProp(d).Launch(clock.View, w.View, g.View, memory.View, new RmsPropOptions());
            else
                new Sgd(d).Launch(clock.View, w.View, g.View, memory.View, 0.1f, 0.9f);
            var result = w.Read(device);
            Assert.True(float.IsNaN(result[0]));
            Assert.Equal(0u, BitConverter.SingleToUInt32Bits(result[1]));
            Assert.InRange(result[2], 0.5f, 0.99999f);
        }
    }

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void WeightsAreClippedExactly(string device, int length, float bound, float epsilon, float scale, int seed)
    {
        _ = (epsilon, scale);
        bound = Math.Max(bound, 0.01f) / 2;
        var d = TestDevice.Get(device);
        double[] w = Row(length, seed);
        using var parameters = GuardedVector.Of(d, w);
        new WeightClip(d).Launch(parameters.View, bound);
        parameters.AssertClose([.. w.Select(x => Math.Clamp(x, -bound, bound))], 0, 0, $"{device} P={length} c={bound} seed={seed}");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void AClippedNaNStaysANaN(string device)
    {
        using var w = GuardedVector.Of(TestDevice.Get(device), double.NaN, 3, -3);
        new WeightClip(TestDevice.Get(device)).Launch(w.View, 0.5f);
        var result = w.Read(device);
        Assert.True(float.IsNaN(result[0]));
        Assert.Equal([0.5f, -0.5f], result[1..]);
    }

    /// <summary>Length, limit as a share of the norm, seed.</summary>
    public static IEnumerable<object[]> NormCases => [[64, 0.5, 1], [128, 2.0, 2], [64 * 37, 0.01, 3]];

    [Theory]
    [OnCpu(nameof(NormCases)), OnCpuIlgpu(nameof(NormCases)), OnCuda(nameof(NormCases)), OnOpenCl(nameof(NormCases))]
    public void GradientsAreScaledDownToANorm(string device, int length, double share, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} share={share} seed={seed}";
        double[] g = Row(length, seed);
        double norm = ReferenceDescent.Norm(g);
        float limit = (float)(share * norm);
        using var gradients = GuardedVector.Of(d, g);
        using var rows = GuardedVector.Unwritten(d, length / 64);
        using var square = GuardedVector.Unwritten(d, 1);
        var clip = new GradientClip(d);
        clip.Launch(gradients.View, rows.View, square.View, limit);
        // A sum of squares loses (4 + 16 + 32)·2⁻²⁴, half of it under the root; then a root, a quotient and a product.
        square.AssertClose([norm * norm], 0, 4e-6, context + " norm");
        gradients.AssertClose([.. g.Select(x => x * Math.Min(1, limit / norm))], 0, share >= 1 ? 0 : 3e-6, context);
        rows.Read(context);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNAmongTheGradientsIsNotClippedAway(string device)
    {
        var d = TestDevice.Get(device);
        double[] g = Row(64, 1);
        g[3] = double.NaN;
        using var gradients = GuardedVector.Of(d, g);
        using var rows = GuardedVector.Unwritten(d, 1);
        using var square = GuardedVector.Unwritten(d, 1);
        new GradientClip(d).Launch(gradients.View, rows.View, square.View, 1);
        Assert.All(gradients.Read(device), x => Assert.True(float.IsNaN(x)));
    }

    [Fact]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits()
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            const int length = 64 * 255;
            using var clock = new StepClock(d, 1);
            using var w = GuardedVector.Of(d, Row(length, 1));
            using var g = GuardedVector.Of(d, Row(length, 2));
            using var memory = GuardedVector.Of(d, new double[length]);
            using var rows = GuardedVector.Unwritten(d, length / 64);
            using var square = GuardedVector.Unwritten(d, 1);
            new GradientClip(d).Launch(g.View, rows.View, square.View, 1);
            new RmsProp(d).Launch(clock.View, w.View, g.View, memory.View, new RmsPropOptions());
            new Sgd(d).Launch(clock.View, w.View, g.View, memory.View, 0.1f, 0.9f);
            new WeightClip(d).Launch(w.View, 0.5f);
            bits.Add([.. w.Read(name), .. g.Read(name), .. memory.Read(name)]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    [Fact]
    public void ArgumentsOutOfRangeAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Of(d, 1, 2);
        using var other = GuardedVector.Of(d, 1, 2, 3);
        using var clock = new StepClock(d, 1);
        var (rmsProp, sgd, clip, norm) = (new RmsProp(d), new Sgd(d), new WeightClip(d), new GradientClip(d));
        foreach (var options in (RmsPropOptions[])[default, new(-1, 0.9f, 1e-8f), new(float.NaN, 0.9f, 1e-8f), new(1, 1, 1e-8f), new(1, 0.9f, 0)])
            Assert.Throws<ArgumentException>(() => rmsProp.Launch(clock.View, x.View, x.View, x.View, options));
        Assert.Throws<ArgumentException>(() => rmsProp.Launch(clock.View, x.View, other.View, x.View, new RmsPropOptions()));
        Assert.Throws<ArgumentException>(() => rmsProp.Launch(clock.View, x.View, x.View, other.View, new RmsPropOptions()));
        Assert.Throws<ArgumentException>(() => rmsProp.Launch(default, x.View, x.View, x.View, new RmsPropOptions()));
        foreach (var (rate, momentum) in ((float, float)[])[(-1, 0), (float.NaN, 0), (float.PositiveInfinity, 0), (1, 1), (1, -0.1f), (1, float.NaN)])
            Assert.Throws<ArgumentException>(() => sgd.Launch(clock.View, x.View, x.View, x.View, rate, momentum));
        foreach (float bound in (float[])[0, -1, float.NaN, float.PositiveInfinity])
        {
            Assert.Throws<ArgumentException>(() => clip.Launch(x.View, bound));
            Assert.Throws<ArgumentException>(() => norm.Launch(x.View, x.View, x.View.SubView(0, 1), bound));
        }
        Assert.Throws<ArgumentException>(() => norm.Launch(x.View, x.View.SubView(0, 1), x.View.SubView(0, 1), 1));
    }
}
