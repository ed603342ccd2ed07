using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>Pixels in memory, row by row from the top, without padding.</summary>
public unsafe class SKBitmap : SKObject
{
    private readonly byte* pixels;

    public SKBitmap(int width, int height, bool isOpaque = false)
        : this(width, height, SKImageInfo.PlatformColorType, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul)
    {
    }

    public SKBitmap(int width, int height, SKColorType colorType, SKAlphaType alphaType)
        : this(new SKImageInfo(width, height, colorType, alphaType))
    {
    }

    public SKBitmap(SKImageInfo info)
    {
        if (info.BytesPerPixel == 0 || info.Width < 0 || info.Height < 0 || info.BytesSize64 > int.MaxValue)
            throw new Exception("Unable to allocate pixels for the bitmap.");
        if (info.ColorType == SKColorType.Gray8) info.AlphaType = SKAlphaType.Opaque;
        Info = info;
        pixels = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(1, info.BytesSize));
        GC.AddMemoryPressure(Math.Max(1, info.BytesSize));
    }

    ~SKBitmap() => Free();

    public SKImageInfo Info { get; }

    public int Width => Info.Width;

    public int Height => Info.Height;

    public SKColorType ColorType => Info.ColorType;

    public SKAlphaType AlphaType => Info.AlphaType;

    public int BytesPerPixel => Info.BytesPerPixel;

    public int RowBytes => Info.RowBytes;

    public int ByteCount => Info.BytesSize;

    public byte[] Bytes => GetPixelSpan().ToArray();

    /// <summary>Every pixel, row by row, not premultiplied.</summary>
    public SKColor[] Pixels
    {
        get
        {
            var colors = new SKColor[Width * Height];
            for (int i = 0; i < colors.Length; i++) colors[i] = Load(i % Width, i / Width).ToColor();
            return colors;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length != Width * Height)
                throw new ArgumentException($"The number of pixels must equal Width x Height, or {Width * Height}.", nameof(value));
            for (int i = 0; i < value.Length; i++) Store(i % Width, i / Width, PremulColor.From(value[i]));
        }
    }

    /// <summary>A picture file's pixels; null where it is none, and what could be read where it is cut short.</summary>
    public static SKBitmap? Decode(Stream stream)
    {
        using SKCodec? codec = SKCodec.Create(stream);
        return codec is null ? null : Decode(codec);
    }

    /// <inheritdoc cref="Decode(Stream)"/>
    public static SKBitmap? Decode(SKData data)
    {
        using SKCodec? codec = SKCodec.Create(data);
        return codec is null ? null : Decode(codec);
    }

    /// <inheritdoc cref="Decode(Stream)"/>
    public static SKBitmap? Decode(string filename)
    {
        ArgumentNullException.ThrowIfNull(filename);
        using SKCodec? codec = SKCodec.Create(filename);
        return codec is null ? null : Decode(codec);
    }

    /// <summary>As the others, but like the package it throws <see cref="ArgumentNullException"/> where the bytes are no picture.</summary>
    public static SKBitmap? Decode(byte[] buffer)
    {
        using SKData data = SKData.CreateCopy(buffer.AsSpan());
        using SKCodec? codec = SKCodec.Create(data);
        return Decode(codec!);
    }

    /// <summary>In the codec's own layout, premultiplied.</summary>
    public static SKBitmap? Decode(SKCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        SKImageInfo info = codec.Info;
        if (info.AlphaType == SKAlphaType.Unpremul) info.AlphaType = SKAlphaType.Premul;
        return Decode(codec, info);
    }

    /// <summary>In the layout of <paramref name="bitmapInfo"/>, or null where the codec cannot deliver it.</summary>
    public static SKBitmap? Decode(SKCodec codec, SKImageInfo bitmapInfo)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var bitmap = new SKBitmap(bitmapInfo);
        SKCodecResult result = codec.GetPixels(bitmapInfo, bitmap.GetPixels());
        if (result is SKCodecResult.Success or SKCodecResult.IncompleteInput) return bitmap;
        bitmap.Dispose();
        return null;
    }

    public IntPtr GetPixels()
    {
        ThrowIfDisposed();
        return (IntPtr)pixels;
    }

    public Span<byte> GetPixelSpan()
    {
        ThrowIfDisposed();
        return new Span<byte>(pixels, ByteCount);
    }

    public SKColor GetPixel(int x, int y)
    {
        ThrowIfDisposed();
        return (uint)x < (uint)Width && (uint)y < (uint)Height ? Load(x, y).ToColor() : SKColor.Empty;
    }

    public void SetPixel(int x, int y, SKColor color)
    {
        ThrowIfDisposed();
        ArgumentOutOfRangeException.ThrowIfNegative(x);
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(x, Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        Store(x, y, PremulColor.From(color));
    }

    public void Erase(SKColor color)
    {
        ThrowIfDisposed();
        for (int y = 0; y < Height; y++) Fill(0, Width, y, PremulColor.From(color));
    }

    public SKBitmap Copy()
    {
        var copy = new SKBitmap(Info);
        GetPixelSpan().CopyTo(copy.GetPixelSpan());
        return copy;
    }

    /// <summary>PNG, whatever the quality; null for the formats that the stand-in does not write.</summary>
    public SKData? Encode(SKEncodedImageFormat format, int quality)
    {
        ThrowIfDisposed();
        return format == SKEncodedImageFormat.Png ? PngWriter.Write(this) : null;
    }

    protected override void Dispose(bool disposing) => Free();

    internal PremulColor Load(int x, int y) => PremulColor.Load(pixels + (((long)y * Width) + x) * BytesPerPixel, Info);

    internal void Store(int x, int y, PremulColor color) =>
        color.Store(pixels + (((long)y * Width) + x) * BytesPerPixel, Info);

    /// <summary>Puts a colour on columns <paramref name="left"/> up to <paramref name="right"/> of a row.</summary>
    internal void Fill(int left, int right, int y, PremulColor color)
    {
        if (right <= left) return;
        Store(left, y, color);
        Span<byte> row = GetPixelSpan().Slice(((y * Width) + left) * BytesPerPixel, (right - left) * BytesPerPixel);
        if (BytesPerPixel == 1) row.Fill(row[0]);
        else MemoryMarshal.Cast<byte, uint>(row).Fill(MemoryMarshal.Read<uint>(row));
    }

    private void Free()
    {
        if (IsDisposed || pixels is null) return;
        NativeMemory.Free(pixels);
        GC.RemoveMemoryPressure(Math.Max(1, ByteCount));
    }
}
