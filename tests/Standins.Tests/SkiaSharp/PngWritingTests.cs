using System.Buffers.Binary;
using SkiaSharp;

namespace GpuCgan.Standins.Tests.SkiaSharp;

public class PngWritingTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 5)]
    [InlineData(64, 33)]
    public void OpaqueColoursComeBack(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.Pixels = [.. Enumerable.Range(0, width * height).Select(i => new SKColor((byte)i, (byte)(i * 7), (byte)(i * i)))];
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
        using SKBitmap back = SKBitmap.Decode(data)!;
        Assert.Equal(bitmap.Pixels, back.Pixels);
        Assert.Equal(2, data.ToArray()[25]);
    }

    [Fact]
    public void AlphaComesBackFromAnUnpremultipliedBitmap()
    {
        using var bitmap = new SKBitmap(16, 16, SKColorType.Bgra8888, SKAlphaType.Premul);
        bitmap.Pixels = [.. Enumerable.Range(0, 256).Select(i => new SKColor(255, 0, 0, (byte)i))];
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
        using SKBitmap back = SKBitmap.Decode(data)!;
        Assert.Equal(bitmap.Pixels, back.Pixels);
        Assert.Equal(6, data.ToArray()[25]);
    }

    [Fact]
    public void GrayComesBackAsGray()
    {
        using var bitmap = new SKBitmap(16, 16, SKColorType.Gray8, SKAlphaType.Opaque);
        for (int i = 0; i < 256; i++) bitmap.GetPixelSpan()[i] = (byte)(i * 5);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
        using SKBitmap back = SKBitmap.Decode(data)!;
        Assert.Equal(SKColorType.Gray8, back.ColorType);
        Assert.Equal(bitmap.Bytes, back.Bytes);
    }

    [Fact]
    public void EveryChunkHasItsCheck()
    {
        using var bitmap = new SKBitmap(20, 20, SKColorType.Rgba8888, SKAlphaType.Opaque);
        byte[] file = bitmap.Encode(SKEncodedImageFormat.Png, 100)!.ToArray();
        var types = new List<string>();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            types.Add(System.Text.Encoding.ASCII.GetString(file, at + 4, 4));
            Assert.Equal(PngBuilder.Crc(file.AsSpan(at + 4, 4 + length)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            at += 12 + length;
        }
        Assert.Equal(["IHDR", "IDAT", "IEND"], types);
    }

    [Fact]
    public void AnImageIsACopy()
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque);
        bitmap.SetPixel(0, 0, SKColors.White);
        using SKImage image = SKImage.FromBitmap(bitmap);
        bitmap.SetPixel(0, 0, SKColors.Black);
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100)!;
        using var stream = new MemoryStream();
        data.SaveTo(stream);
        stream.Position = 0;
        using SKBitmap back = SKBitmap.Decode(stream)!;
        Assert.Equal(SKColors.White, back.GetPixel(0, 0));
    }

    [Fact]
    public void OtherFormatsAreNotWritten()
    {
        using var bitmap = new SKBitmap(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Assert.Null(bitmap.Encode(SKEncodedImageFormat.Jpeg, 90));
    }
}
