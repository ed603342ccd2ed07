using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Rendering;

public class AnimatedPngTests
{
    private static SKBitmap Noise(int width, int height, int seed)
    {
        var random = new Random(seed);
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < width * height; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        return bitmap;
    }

    private static byte[] Rgb(SKBitmap bitmap) => [.. bitmap.Pixels.SelectMany(c => (byte[])[c.Red, c.Green, c.Blue])];

    [Theory]
    [InlineData(1, 1, 1), InlineData(1, 7, 2), InlineData(13, 1, 3), InlineData(31, 17, 5)]
    public void AnIndependentReaderFindsEveryPixelOfEveryFrame(int width, int height, int frames)
    {
        var pictures = Enumerable.Range(0, frames).Select(i => Noise(width, height, i)).ToList();
        using var file = new MemoryStream();
        var animation = new AnimatedPng(file, width, height, frames);
        for (int i = 0; i < frames; i++)
            animation.Add(pictures[i], TimeSpan.FromMilliseconds(100 + i));
        animation.Finish();

        var read = new ApngReader(file.ToArray());
        Assert.Equal((width, height, frames, 0), (read.Width, read.Height, read.Announced, read.Plays));
        Assert.Equal(pictures.Select(Rgb), read.Frames);
        Assert.Equal(Enumerable.Range(0, frames).Select(i => (100 + i) / 1000.0), read.Delays);
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT", .. Enumerable.Repeat((string[])["fcTL", "fdAT"], frames - 1).SelectMany(c => c), "IEND"], read.Chunks);
        // A reader that knows no animation sees the first frame.
        using var still = SKBitmap.Decode(file.ToArray())!;
        Assert.Equal(Rgb(pictures[0]), Rgb(still));
        pictures.ForEach(p => p.Dispose());
    }

    [Fact]
    public void TooFewTooManyAndOtherFramesAreRefused()
    {
        using var frame = Noise(3, 2, 1);
        using var other = Noise(2, 3, 1);
        var animation = new AnimatedPng(new MemoryStream(), 3, 2, 1);
        Assert.Throws<ArgumentException>(() => animation.Add(other, TimeSpan.FromSeconds(1)));
        Assert.Throws<InvalidOperationException>(animation.Finish);
        animation.Add(frame, TimeSpan.FromSeconds(1));
        Assert.Throws<InvalidOperationException>(() => animation.Add(frame, TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnimatedPng(new MemoryStream(), 3, 2, 0));
    }
}
