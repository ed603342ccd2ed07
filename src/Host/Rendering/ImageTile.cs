using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>A small image of a data set, drawn large.</summary>
internal static class ImageTile
{
    /// <param name="canvas">Where.</param>
    /// <param name="image">[channels, height, width], 0 to 255.</param>
    /// <param name="height">Of the image.</param>
    /// <param name="width">Of the image.</param>
    /// <param name="area">Where on the canvas; whole multiples of the image's size keep its pixels alike.</param>
    public static void Draw(SKCanvas canvas, ReadOnlySpan<byte> image, int height, int width, SKRect area)
    {
        int plane = height * width;
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < plane; i++)
        {
            for (int c = 0; c < 3; c++)
                rgba[(4 * i) + c] = image[image.Length == plane ? i : (c * plane) + i];
            rgba[(4 * i) + 3] = byte.MaxValue;
        }
        using SKImage drawn = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(drawn, area, SKSamplingOptions.Default);
    }
}
