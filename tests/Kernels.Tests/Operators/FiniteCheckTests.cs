using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class FiniteCheckTests
{
    /// <summary>Length, how many elements are not finite, seed.</summary>
    public static IEnumerable<object[]> Cases =>
        [[1, 0, 1], [1, 1, 2], [17, 0, 3], [63, 5, 4], [64, 64, 5], [1009, 1, 6], [16_385, 300, 7], [50_000, 50_000, 8], [50_000, 0, 9]];

    [Theory]
    [OnCpu(nameof(Cases)), OnCpuIlgpu(nameof(Cases)), OnCuda(nameof(Cases)), OnOpenCl(nameof(Cases))]
    public void EveryNaNAndInfinityIsCounted(string device, int length, int bad, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} P={length} bad={bad} seed={seed}";
        // Finite extremes too: the largest, the smallest, zeros of both signs.
        float[] finite = [float.MaxValue, float.MinValue, float.Epsilon, 0f, -0f, 1e-38f, 1, -3];
        float[] infinite = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, BitConverter.UInt32BitsToSingle(0xFF80_0001)];
        var random = new Random(seed);
        var x = new float[length];
        for (int i = 0; i < length; i++)
            x[i] = i < bad ? infinite[random.Next(infinite.Length)] : finite[random.Next(finite.Length)];
        random.Shuffle(x);
        using var array = d.Allocate<float>(length);
        array.Upload(x);
        using var count = d.Allocate<int>(3);
        count.Upload([-1, 5, -1]);
        var check = new FiniteCheck(d);
        check.Launch(array.View, count.View.SubView(1, 1));
        Assert.True(count.Download() is [-1, var once, -1] && once == 5 + bad, $"{context}: counted {count.Download()[1] - 5}.");
        check.Launch(array.View, count.View.SubView(1, 1));
        Assert.Equal([-1, 5 + 2 * bad, -1], count.Download());
    }

    [Fact]
    public void LengthsThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var x = d.Allocate<float>(2);
        using var count = d.Allocate<int>(2);
        Assert.Throws<ArgumentException>(() => new FiniteCheck(d).Launch(x.View, count.View));
        Assert.Throws<ArgumentException>(() => new FiniteCheck(d).Launch(default, count.View.SubView(0, 1)));
    }
}
