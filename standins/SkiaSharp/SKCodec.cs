using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>Reads a picture file and, unlike <see cref="SKBitmap.Decode(Stream)"/>, says whether it was whole. The stand-in reads PNG.</summary>
public class SKCodec : SKObject
{
    private readonly PngReader reader;

    private SKCodec(PngReader reader) => this.reader = reader;

    /// <summary>Size, and the layout nearest to the file's own.</summary>
    public SKImageInfo Info => new(
        reader.Width,
        reader.Height,
        reader.IsGray ? SKColorType.Gray8 : SKImageInfo.PlatformColorType,
        reader.HasAlpha ? SKAlphaType.Unpremul : SKAlphaType.Opaque);

    public SKEncodedImageFormat EncodedFormat => SKEncodedImageFormat.Png;

    /// <summary>Null where the data is no picture, or is cut off before its pixels begin.</summary>
    public static SKCodec? Create(SKData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        PngReader? reader = PngReader.Open(data.ToArray());
        return reader is null ? null : new SKCodec(reader);
    }

    /// <inheritdoc cref="Create(SKData)"/>
    public static SKCodec? Create(Stream stream)
    {
        using SKData? data = SKData.Create(stream);
        return data is null ? null : Create(data);
    }

    /// <inheritdoc cref="Create(SKData)"/>
    public static SKCodec? Create(string filename)
    {
        using SKData? data = SKData.Create(filename);
        return data is null ? null : Create(data);
    }

    /// <summary>Decodes into memory of <c>info.BytesSize</c> bytes. Pixels that a cut file lacks stay as they were.</summary>
    public SKCodecResult GetPixels(SKImageInfo info, IntPtr pixels)
    {
        ThrowIfDisposed();
        if (pixels == IntPtr.Zero) throw new ArgumentNullException(nameof(pixels));
        if (info.Width != reader.Width || info.Height != reader.Height) return SKCodecResult.InvalidScale;
        if (info.BytesPerPixel == 0 || info.AlphaType == SKAlphaType.Unknown) return SKCodecResult.InvalidConversion;
        if (info.ColorType == SKColorType.Gray8 && !reader.IsGray) return SKCodecResult.InvalidConversion;
        if (info.IsOpaque && reader.HasAlpha) return SKCodecResult.InvalidConversion;
        return reader.Decode(info, pixels);
    }

    /// <inheritdoc cref="GetPixels(SKImageInfo, IntPtr)"/>
    public SKCodecResult GetPixels(SKImageInfo info, out byte[] pixels)
    {
        pixels = new byte[info.BytesSize];
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            return GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }
    }
}
