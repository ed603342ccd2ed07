namespace SkiaSharp;

/// <summary>A picture that does not change: a copy of a bitmap's pixels.</summary>
public class SKImage : SKObject
{
    private SKImage(SKBitmap pixels) => Pixels = pixels;

    public int Width => Pixels.Width;

    public int Height => Pixels.Height;

    internal SKBitmap Pixels { get; }

    public static SKImage FromBitmap(SKBitmap bitmap)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        return new SKImage(bitmap.Copy());
    }

    /// <summary>PNG.</summary>
    public SKData Encode() => PngWriter.Write(Pixels);

    /// <summary>PNG, whatever the quality; null for the formats that the stand-in does not write.</summary>
    public SKData? Encode(SKEncodedImageFormat format, int quality) => Pixels.Encode(format, quality);

    protected override void Dispose(bool disposing) => Pixels.Dispose();
}
