using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class GatherScaleTests
{
    /// <summary>Images of the data set, images of the batch, pixels an image, seed.</summary>
    public static IEnumerable<object[]> Shapes => [[1, 1, 1, 1], [7, 3, 5, 2], [10, 17, 63, 3], [256, 5, 64, 4], [5, 9, 65, 5], [4, 3, 2, 7], [3, 4, 3, 8], [9, 2, 4, 9], [6, 5, 6, 10], [3, 2, 127, 11], [23, 2, 784, 6]];

    [Theory]
    [OnCpu(nameof(Shapes)), OnCpuIlgpu(nameof(Shapes)), OnCuda(nameof(Shapes)), OnOpenCl(nameof(Shapes))]
    public void ABatchHoldsTheScaledImages(string device, int count, int batch, int n, int seed)
    {
        var d = TestDevice.Get(device);
        string context = $"{device} count={count} batch={batch} n={n} seed={seed}";
        var random = new Random(seed);
        var pixels = new byte[count * n];
        random.NextBytes(pixels);
        int[] indices = [.. Enumerable.Range(0, batch).Select(_ => random.Next(count))];
        using var gPixels = d.Allocate<byte>(pixels.Length);
        gPixels.Upload(pixels);
        using var gIndices = d.Allocate<int>(batch);
        gIndices.Upload(indices);
        using var images = GuardedMatrix.Unwritten(d, batch, n);
        new GatherScale(d).Launch(gIndices.View, gPixels.View, images.Matrix);

        var expected = new double[batch, n];
        for (int i = 0; i < batch; i++)
        {
            for (int j = 0; j < n; j++)
                expected[i, j] = pixels[indices[i] * n + j] * 2 / 255.0 - 1;
        }
        // The constant and the product are each rounded once: 2⁻²³ relative.
        Close.Assert(expected, images.Read(context), 0, 1.2e-7, context);
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void EveryByteHasTheSameBitsEverywhereAndTheEndsAreExact(string device)
    {
        var d = TestDevice.Get(device);
        using var pixels = d.Allocate<byte>(256);
        pixels.Upload([.. Enumerable.Range(0, 256).Select(i => (byte)i)]);
        using var indices = d.Allocate<int>(1);
        using var images = GuardedMatrix.Unwritten(d, 1, 256);
        new GatherScale(d).Launch(indices.View, pixels.View, images.Matrix);
        var result = images.Read(device);
        Assert.Equal(-1, result[0, 0]);
        Assert.Equal(1, result[0, 255]);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal((2 * i - 255) * (1 / 255f), result[0, i]);
            Assert.Equal(-result[0, 255 - i], result[0, i]);
        }
    }

    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void AnIndexOutsideShows(string device)
    {
        var d = TestDevice.Get(device);
        using var pixels = d.Allocate<byte>(6);
        using var indices = d.Allocate<int>(3);
        indices.Upload([-1, 1, 2]);
        using var images = GuardedMatrix.Unwritten(d, 3, 3);
        new GatherScale(d).Launch(indices.View, pixels.View, images.Matrix);
        Assert.Equal(new float[,] { { float.NaN, float.NaN, float.NaN }, { -1, -1, -1 }, { float.NaN, float.NaN, float.NaN } }, images.Read(device));
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        var d = TestDevice.Get("cpu");
        using var bytes = d.Allocate<byte>(6);
        using var ints = d.Allocate<int>(3);
        using var images = GuardedMatrix.Unwritten(d, 3, 3);
        var gather = new GatherScale(d);
        Assert.Throws<ArgumentException>(() => gather.Launch(ints.View.SubView(0, 2), bytes.View, images.Matrix));
        Assert.Throws<ArgumentException>(() => gather.Launch(ints.View, bytes.View.SubView(0, 5), images.Matrix));
        Assert.Throws<ArgumentException>(() => gather.Launch(ints.View, bytes.View.SubView(0, 2), images.Matrix));
    }
}
