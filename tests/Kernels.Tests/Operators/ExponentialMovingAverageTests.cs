using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class ExponentialMovingAverageTests
{
    /// <summary>P, decay, first step, seed: young averages, one that comes of age (0.99 after 890 steps) and old ones.</summary>
    public static IEnumerable<object[]> Cases =>
    [
        [1, 0.5f, 0, 1], [17, 0f, 5, 2], [63, 1f, 0, 3], [64, 0.999f, 20_000, 4], [65, 0.9999f, 7, 5], [1009, 0.99f, 889, 6], [16_389, 0.99f, 100_000, 7],
        // Between the guards these lie at multiples of 16 bytes, so a kernel moves fours of them, and the last two alone.
        [2, 0.5f, 0, 8], [62, 0.999f, 5, 9], [1010, 0.99f, 889, 10],
    ];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void SeveralUpdatesMatchTheFormula(string device, int length, float decay, int firstStep, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} decay={decay} step={firstStep} seed={seed}";
        double[] expected = [.. Draw.Uniform(1, length, seed).Cast<double>()];
        using var average = GuardedVector.Of(d, expected);
        var operation = new ExponentialMovingAverage(d);
        using var clock = new StepClock(d, 1);
        clock.Set((uint)firstStep, 1);
        for (int step = 0; step < 3; step++)
        {
            double[] parameters = [.. Draw.Uniform(1, length, seed + 1 + step).Cast<double>()];
            using var p = GuardedVector.Of(d, parameters);
            operation.Launch(clock.View, average.View, p.View, decay);
            clock.Advance();
            double t = firstStep + step, d0 = Math.Min(decay, (1 + t) / (10 + t));
            for (int i = 0; i < length; i++)
                expected[i] = d0 * expected[i] + (1 - d0) * parameters[i];
            Assert.Equal(parameters.Select(v => (float)v), p.Read(context));
        }
        // Three steps of two products and a sum of numbers below 1, each rounded by 2⁻²⁵ at most, and d and 1 − d rounded once or twice.
        average.AssertClose(expected, 3 * 6 * 3e-8, 0, context);
    }

    [Fact]
    public void ArgumentsOutOfRangeAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Of(d, 1, 2);
        using var y = GuardedVector.Of(d, 1, 2, 3);
        using var clock = new StepClock(d, 1);
        var operation = new ExponentialMovingAverage(d);
        Assert.Throws<ArgumentException>(() => operation.Launch(clock.View, x.View, y.View, 0.5f));
        foreach (float decay in (float[])[-0.1f, 1.1f, float.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => operation.Launch(clock.View, x.View, x.View, decay));
    }
}
