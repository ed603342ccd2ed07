using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class InstanceNoiseTests
{
    /// <summary>Rows, columns, deviation, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1f, 1], [3, 63, 0.5f, 2], [2, 65, 0f, 3], [5, 784, 0.1f, 4]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ItAddsTheStreamsNormalNumbersAsTheScheduleSays(string device, int rows, int columns, float deviation, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} {rows}×{columns} σ={deviation} seed={seed}";
        using var clock = new StepClock(d, 0);
        clock.Plan(new StepSchedule(200, 0));
        clock.Set(50, (ulong)seed);
        var x = Draw.Uniform(rows, columns, seed);
        using var gx = GuardedMatrix.Of(d, x);
        using var y = GuardedMatrix.Unwritten(d, rows, columns);
        using var n = GuardedMatrix.Unwritten(d, rows, columns);
        var noise = new InstanceNoise(d);
        noise.Launch(clock.View, 9, gx.Matrix, y.Matrix, deviation);
        // Philox.Normal has its own reference. A quarter of the run is over, so three quarters of the noise are left.
        new Philox(d).Normal(clock.View, 9, n.Matrix, 1);
        var normal = n.Read(context);
        var expected = new double[rows, columns];
        for (int i = 0; i < expected.Length; i++)
            expected[i / columns, i % columns] = (float)x[i / columns, i % columns] + 0.75 * deviation * normal[i / columns, i % columns];
        // |n| ≤ 5.77 in three roundings, and a sum below 7.
        Close.Assert(expected, y.Read(context), 3 * 5.77 * 6e-8 + 7 * 6e-8, 0, context);
        Close.AssertEqual(x, gx.Read(context), context + " x");

        noise.Launch(clock.View, 9, gx.Matrix, gx.Matrix, deviation);
        Assert.Equal(y.Read(context), gx.Read(context));
    }

    [Fact]
    public void ADeviationThatIsNoneIsRefused()
    {
        var d = TestDevice.Get("cpu");
        using var clock = new StepClock(d, 1);
        using var x = GuardedMatrix.Unwritten(d, 3, 3);
        foreach (float deviation in (float[])[-1, float.NaN, float.PositiveInfinity])
            Assert.Throws<ArgumentOutOfRangeException>(() => new InstanceNoise(d).Launch(clock.View, 1, x.Matrix, x.Matrix, deviation));
    }
}
