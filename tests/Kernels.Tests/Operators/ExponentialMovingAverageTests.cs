using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class ExponentialMovingAverageTests
{
    public static IEnumerable<object[]> Cases => [[1, 0.5f, 1], [17, 0f, 2], [63, 1f, 3], [64, 0.999f, 4], [65, 0.9999f, 5], [10_007, 0.99f, 6]];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void SeveralUpdatesMatchTheFormula(string device, int length, float decay, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} decay={decay} seed={seed}";
        double[] expected = [.. Draw.Uniform(1, length, seed).Cast<double>()];
        using var average = GuardedVector.Of(d, expected);
        var operation = new ExponentialMovingAverage(d);
        for (int step = 0; step < 3; step++)
        {
            double[] parameters = [.. Draw.Uniform(1, length, seed + 1 + step).Cast<double>()];
            using var p = GuardedVector.Of(d, parameters);
            operation.Launch(average.View, p.View, decay);
            for (int i = 0; i < length; i++)
                expected[i] = decay * expected[i] + (1 - (double)decay) * parameters[i];
            Assert.Equal(parameters.Select(v => (float)v), p.Read(context));
        }
        // Three steps of two products and a sum of numbers below 1, each rounded by 2⁻²⁵ at most, and 1 − decay rounded once.
        average.AssertClose(expected, 3 * 4 * 3e-8, 0, context);
    }

    [Fact]
    public void ArgumentsOutOfRangeAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = GuardedVector.Of(d, 1, 2);
        using var y = GuardedVector.Of(d, 1, 2, 3);
        var operation = new ExponentialMovingAverage(d);
        Assert.Throws<ArgumentException>(() => operation.Launch(x.View, y.View, 0.5f));
        foreach (float decay in (float[])[-0.1f, 1.1f, float.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => operation.Launch(x.View, x.View, decay));
    }
}
