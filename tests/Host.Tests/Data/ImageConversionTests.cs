using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class ImageConversionTests
{
    private static ImageDataSet Set(int channels, int height, int width, byte[] pixels)
        => new("set", "memory", "all", channels, height, width, pixels, new int[pixels.Length / (channels * height * width)], ["a"]);

    [Theory]
    [InlineData("28", 28, 28)]
    [InlineData("1", 1, 1)]
    [InlineData("64x1", 64, 1)]
    [InlineData("12×34", 12, 34)]
    public void Sizes_are_read(string text, int height, int width)
    {
        Assert.True(ImageSize.TryParse(text, out ImageSize size));
        Assert.Equal(new ImageSize(height, width), size);
        Assert.True(ImageSize.TryParse(size.ToString(), out ImageSize again));
        Assert.Equal(size, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-8")]
    [InlineData("8x")]
    [InlineData("8x8x3")]
    [InlineData("8 x 8")]
    [InlineData("8.5")]
    [InlineData("99999999999")]
    public void Other_sizes_are_refused(string text) => Assert.False(ImageSize.TryParse(text, out _));

    [Fact]
    public void Gray_is_luma_rounded_halves_upwards()
    {
        // Planes of red, green and blue: black, white, the three primaries, and a gray that must stay.
        byte[] red = [0, 255, 255, 0, 0, 77], green = [0, 255, 0, 255, 0, 77], blue = [0, 255, 0, 0, 255, 77];
        ImageDataSet gray = new ImageConversion(null, Grayscale: true).Apply(Set(3, 2, 3, [.. red, .. green, .. blue]));
        Assert.Equal((1, 2, 3), (gray.Channels, gray.Height, gray.Width));
        Assert.Equal([0, 255, 76, 150, 29, 77], gray.Pixels.ToArray());
    }

    [Fact]
    public void Each_plane_of_each_image_is_resampled_by_itself()
    {
        ImageDataSet large = new ImageConversion(new ImageSize(2, 2), false).Apply(Set(3, 1, 1, [1, 2, 3, 40, 50, 60]));
        Assert.Equal((2, 3, 2, 2), (large.Count, large.Channels, large.Height, large.Width));
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 40, 40, 40, 40, 50, 50, 50, 50, 60, 60, 60, 60], large.Pixels.ToArray());
    }

    [Fact]
    public void Nothing_to_do_does_nothing()
    {
        ImageDataSet set = Set(1, 8, 8, new byte[64]);
        Assert.Same(set, ImageConversion.None.Apply(set));
        Assert.Same(set, new ImageConversion(new ImageSize(8, 8), true).Apply(set));
    }

    [Fact]
    public void Large_images_need_a_size_and_huge_ones_another_program()
    {
        ImageDataSet set = Set(1, 65, 2, new byte[130]);
        string message = Assert.Throws<InvalidDataException>(() => ImageConversion.None.Apply(set)).Message;
        Assert.Equal("memory: images are 65x2, expected at most 64x64; convert them with --size 64", message);
        Assert.Equal(16, new ImageConversion(new ImageSize(16, 1), false).Apply(set).Height);

        Assert.Contains("4097x1, expected at most 4096x4096",
            Assert.Throws<InvalidDataException>(() => new ImageConversion(new ImageSize(8, 8), false).Apply(Set(1, 4097, 1, new byte[4097]))).Message);
    }

    [Fact]
    public void A_result_that_is_too_large_is_refused_before_it_is_allocated()
    {
        ImageDataSet set = Set(1, 1, 1, new byte[300_000]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("300000 images of 64x64 with 1 channel take 1228800000 bytes",
            Assert.Throws<InvalidDataException>(() => new ImageConversion(new ImageSize(64, 64), false).Apply(set)).Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Both_parts_are_converted()
    {
        ImageDataSet set = Set(1, 1, 1, [9]);
        var (train, test) = new ImageConversion(new ImageSize(3, 3), false).Apply(new TrainTestSplit(set, set));
        Assert.Equal((3, 3), (train.Height, test.Width));
    }
}
