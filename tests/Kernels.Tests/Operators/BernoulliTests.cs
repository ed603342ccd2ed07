using GpuCgan.Kernels.Operators;
using GpuCgan.Reference;

namespace GpuCgan.Kernels.Tests.Operators;

public class BernoulliTests
{
    /// <summary>Rows, columns, probability, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 0.5f, 1], [1, 63, 0.3f, 2], [3, 64, 0f, 3], [2, 65, 1f, 4], [7, 97, 0.05f, 5]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void AnElementIsTheValueWhereAUniformNumberIsAtMostItsProbability(string device, int rows, int columns, float probability, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×{columns} p={probability} seed={seed}";
        using var clock = new StepClock(d, 0);
        clock.Set(41, (ulong)seed);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);
        new Bernoulli(d).Launch(clock.View, 9, y.Matrix, probability, 0.125f, -3);
        var expected = ReferencePhilox.Uniform((ulong)seed, 41, 9, rows, columns, 0, 1);
        for (int i = 0; i < expected.Length; i++)
            expected[i / columns, i % columns] = expected[i / columns, i % columns] <= probability ? 0.125 : -3;
        Close.AssertEqual(expected, y.Read(context), context);
    }

    [Fact]
    public void TheProbabilityIsMetAndAnotherStepDrawsAnew()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 7);
        using var y = GuardedMatrix.Unwritten(d, 300, 300);
        var bernoulli = new Bernoulli(d);
        float[] Next()
        {
            bernoulli.Launch(clock.View, 1, y.Matrix, 0.1f, 1, 0);
            clock.Advance();
            return [.. y.Read("y").Cast<float>()];
        }
        float[] first = Next(), second = Next();
        // Six standard deviations of a mean of 90,000: 0.006.
        Assert.Equal(0.1, first.Average(v => (double)v), 0.006);
        Assert.NotEqual(first, second);
        Assert.Throws<ArgumentOutOfRangeException>(() => bernoulli.Launch(clock.View, 1, y.Matrix, 1.1f, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => bernoulli.Launch(clock.View, 1, y.Matrix, float.NaN, 1, 0));
    }
}
