using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class AdamTests
{
    /// <summary>Length, β₁, ε, λ, finished steps, updates a step, rate scale, seed. A large ε shows where it is added.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 0.5f, 1e-8f, 0f, 0, 1, 1f, 1], [15, 0.9f, 1e-8f, 0f, 0, 1, 1f, 2], [16, 0f, 1e-8f, 0f, 0, 2, 1f, 3], [17, 0.5f, 0.05f, 0f, 0, 1, 1f, 4],
        [64, 0.5f, 1e-8f, 0.1f, 0, 3, 1f, 5], [65, 0.9f, 1e-8f, 0.1f, 7, 2, 0.25f, 6], [101, 0.5f, 1e-8f, 0f, 1_000_000, 1, 1f, 7],
        [1009, 0.9f, 1e-3f, 0.01f, 4_000_000_000, 5, 2f, 8], [40_000, 0.5f, 1e-8f, 0f, 2, 1, 1f, 9],
        // Between the guards these lie at multiples of 16 bytes, so a kernel moves fours of them, and the last two alone.
        [2, 0.5f, 1e-8f, 0f, 0, 1, 1f, 10], [6, 0.9f, 1e-8f, 0.1f, 7, 2, 0.25f, 11], [1010, 0.9f, 1e-3f, 0.01f, 0, 1, 1f, 12],
    ];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void SeveralStepsMatchTheReference(
        string device, int length, float beta1, float epsilon, float decay, long firstStep, int updatesPerStep, float scale, int seed)
    {
        const int steps = 3;
        const float rate = 2e-3f;
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} β₁={beta1} ε={epsilon} λ={decay} step={firstStep} updates={updatesPerStep} scale={scale} seed={seed}";
        double[] w = Row(length, seed), m = new double[length], v = new double[length];
        if (firstStep > 0)
        {
            m = Row(length, seed + 1);
            v = [.. Row(length, seed + 2).Select(x => (double)(float)(x * x))];
        }
        using var parameters = GuardedVector.Of(d, w);
        using var first = GuardedVector.Of(d, m);
        using var second = GuardedVector.Of(d, v);
        using var clock = new StepClock(d, 1);
        clock.Set((uint)firstStep, 1, scale);
        var adam = new Adam(d);
        var options = new AdamOptions { LearningRate = rate, Beta1 = beta1, Epsilon = epsilon, WeightDecay = decay };
        var reference = new ReferenceAdam((double)rate * scale, beta1, options.Beta2, epsilon, decay);
        for (int step = 0; step < steps; step++)
        {
            for (int update = 0; update < updatesPerStep; update++)
            {
                var g = Row(length, seed + 10 + step * updatesPerStep + update);
                using var gradients = GuardedVector.Of(d, g);
                adam.Launch(clock.View, updatesPerStep, update, parameters.View, gradients.View, first.View, second.View, options);
                reference.Update((firstStep + step) * (double)updatesPerStep + update + 1, w, g, m, v);
                Assert.Equal(g.Select(x => (float)x), gradients.Read(context));
            }
            clock.Advance();
        }
        int updates = steps * updatesPerStep;
        // A moment rounds three times an update, |m| ≤ 1 and v is a sum of positive terms.
        first.AssertClose(m, updates * 2e-7, 0, context + " first moment");
        second.AssertClose(v, 0, updates * 3e-7, context + " second moment");
        // A step α·m̂/(√v̂ + ε), at most 16·α for β₂ = 0.999, is wrong by what its corrections (10⁻⁶ each) and m (absolutely, against √v̂ ≥ 0.03 where v is not
        // its own first gradient) are: 5·10⁻⁶ of its bound. The parameter rounds three times.
        parameters.AssertClose(w, updates * (16 * rate * scale * 5e-6), updates * 2e-7, context + " parameters");
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void TheFirstStepIsTheLearningRateWhateverTheGradientsSize(string device)
    {
        var d = TestDevice.Get(device);
        using var w = GuardedVector.Of(d, 0, 0, 0, 0);
        using var g = GuardedVector.Of(d, 1e-3, -1e-3, 7, -1000);
        using var m = GuardedVector.Of(d, 0, 0, 0, 0);
        using var v = GuardedVector.Of(d, 0, 0, 0, 0);
        using var clock = new StepClock(d, 1);
        new Adam(d).Launch(clock.View, 1, 0, w.View, g.View, m.View, v.View, new AdamOptions());
        // m̂ = g and √v̂ = |g|; ε is 10⁻⁵ of the smallest.
        w.AssertClose([-2e-4, 2e-4, -2e-4, 2e-4], 0, 1.5e-5, device);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void PaddingStaysZero(string device)
    {
        var d = TestDevice.Get(device);
        const int length = 200, start = 70, end = 128;
        double[] values = Row(length, 31), squares = [.. values.Select(x => x * x)];
        Array.Clear(values, start, end - start);
        Array.Clear(squares, start, end - start);
        using var w = GuardedVector.Of(d, values);
        using var g = GuardedVector.Of(d, values);
        using var m = GuardedVector.Of(d, values);
        using var v = GuardedVector.Of(d, squares);
        using var clock = new StepClock(d, 1);
        for (int step = 0; step < 3; step++)
        {
            new Adam(d).Launch(clock.View, 1, 0, w.View, g.View, m.View, v.View, new AdamOptions { WeightDecay = 0.1f });
            clock.Advance();
        }
        foreach (var array in (GuardedVector[])[w, m, v])
            Assert.All(array.Read(device)[start..end], x => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(x)));
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ANaNGradientShows(string device)
    {
        var d = TestDevice.Get(device);
        using var w = GuardedVector.Of(d, 1, 1);
        using var g = GuardedVector.Of(d, double.NaN, 1);
        using var m = GuardedVector.Of(d, 0, 0);
        using var v = GuardedVector.Of(d, 0, 0);
        using var clock = new StepClock(d, 1);
        new Adam(d).Launch(clock.View, 1, 0, w.View, g.View, m.View, v.View, new AdamOptions());
        Assert.True(float.IsNaN(w.Read(device)[0]));
        Assert.True(float.IsFinite(w.Read(device)[1]));
    }

    /// <summary>The second length lies where a kernel can move fours.</summary>
    [Theory]
    [InlineData(50_001), InlineData(50_002)]
    public void OneThreadAndManyAndTheKernelGiveTheSameBits(int length)
    {
        var bits = new List<float[]>();
        foreach (var (name, threads) in (List<(string, int?)>)[("cpu", 1), ("cpu", 2), ("cpu", 3), ("cpu-ilgpu", null)])
        {
            using var d = ComputeDevice.Open(name, threads);
            using var w = GuardedVector.Of(d, Row(length, 41));
            using var g = GuardedVector.Of(d, Row(length, 42));
            using var m = GuardedVector.Of(d, Row(length, 43));
            using var v = GuardedVector.Of(d, [.. Row(length, 44).Select(Math.Abs)]);
            using var clock = new StepClock(d, 1);
            clock.Set(12, 1);
            new Adam(d).Launch(clock.View, 2, 1, w.View, g.View, m.View, v.View, new AdamOptions { WeightDecay = 0.01f });
            bits.Add([.. w.Read(name), .. m.Read(name), .. v.Read(name)]);
        }
        Assert.All(bits, b => Assert.Equal(bits[0], b));
    }

    /// <summary>Where there must be room for others, an arena longer than all lanes, against lanes for all of it.</summary>
    [Theory]
    [OnCpuIlgpu, OnCuda, OnOpenCl]
    public void LanesGoOnWithWhatIsLeft(string device)
    {
        var d = TestDevice.Get(device);
        var adam = new Adam(d);
        using var clock = new StepClock(d, 1);
        clock.Set(3, 1);
        int length = 2 * 4 * adam.LanesThatLeaveRoom + 6;
        float[] Run(int start, bool leavesRoom)
        {
            using var w = GuardedVector.Of(d, Row(length, 51));
            using var g = GuardedVector.Of(d, Row(length, 52));
            using var m = GuardedVector.Of(d, Row(length, 53));
            using var v = GuardedVector.Of(d, [.. Row(length, 54).Select(Math.Abs)]);
            int count = length - start;
            adam.Launch(
                clock.View, 1, 0, w.View.SubView(start, count), g.View.SubView(start, count), m.View.SubView(start, count), v.View.SubView(start, count), new AdamOptions { WeightDecay = 0.01f }, leavesRoom);
            return [.. w.Read(device), .. m.Read(device), .. v.Read(device)];
        }
        // From an odd start on all elements are moved one by one.
        for (int start = 0; start < 2; start++)
            Assert.Equal(Run(start, leavesRoom: false), Run(start, leavesRoom: true));
    }

    public static IEnumerable<object[]> BadOptions =>
    [
        [-1f, 0.5f, 0.999f, 1e-8f, 0f], [float.NaN, 0.5f, 0.999f, 1e-8f, 0f], [1f, 1f, 0.999f, 1e-8f, 0f], [1f, -0.1f, 0.999f, 1e-8f, 0f], [1f, 0.5f, 1f, 1e-8f, 0f],
        [1f, 0.5f, 0.999f, 0f, 0f], [1f, 0.5f, 0.999f, 1e-8f, -1f], [0f, 0f, 0f, 0f, 0f],
    ];

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void OptionsOutOfRangeAreRefused(float rate, float beta1, float beta2, float epsilon, float decay)
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Of(d, 1, 2);
        using var clock = new StepClock(d, 1);
        var options = new AdamOptions(rate, beta1, beta2, epsilon, decay);
        Assert.Throws<ArgumentException>(() => new Adam(d).Launch(clock.View, 1, 0, x.View, x.View, x.View, x.View, options));
    }

    [Fact]
    public void ArenasThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Of(d, 1, 2);
        using var other = GuardedVector.Of(d, 1, 2, 3);
        using var clock = new StepClock(d, 1);
        var adam = new Adam(d);
        var options = new AdamOptions();
        Assert.Throws<ArgumentException>(() => adam.Launch(clock.View, 1, 0, x.View, other.View, x.View, x.View, options));
        Assert.Throws<ArgumentException>(() => adam.Launch(clock.View, 1, 0, x.View, x.View, other.View, x.View, options));
        Assert.Throws<ArgumentException>(() => adam.Launch(clock.View, 1, 0, x.View, x.View, x.View, other.View, options));
        Assert.Throws<ArgumentException>(() => adam.Launch(clock.View, 2, 2, x.View, x.View, x.View, x.View, options));
        Assert.Throws<ArgumentException>(() => adam.Launch(default, 1, 0, x.View, x.View, x.View, x.View, options));
    }

    private static double[] Row(int length, int seed) => [.. Draw.Uniform(1, length, seed).Cast<double>()];
}
