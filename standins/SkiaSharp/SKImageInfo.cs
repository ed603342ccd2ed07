namespace SkiaSharp;

/// <summary>Size and layout of a bitmap.</summary>
public struct SKImageInfo : IEquatable<SKImageInfo>
{
    public static readonly SKImageInfo Empty;

    /// <summary>The layout taken where none is named. It differs between platforms, so code that reads raw bytes names one.</summary>
    public static readonly SKColorType PlatformColorType = SKColorType.Bgra8888;

    public SKImageInfo(int width, int height)
        : this(width, height, PlatformColorType, SKAlphaType.Premul)
    {
    }

    public SKImageInfo(int width, int height, SKColorType colorType)
        : this(width, height, colorType, SKAlphaType.Premul)
    {
    }

    public SKImageInfo(int width, int height, SKColorType colorType, SKAlphaType alphaType)
    {
        Width = width;
        Height = height;
        ColorType = colorType;
        AlphaType = alphaType;
    }

    public int Width { get; set; }

    public int Height { get; set; }

    public SKColorType ColorType { get; set; }

    public SKAlphaType AlphaType { get; set; }

    public readonly int BytesPerPixel => ColorType switch
    {
        SKColorType.Gray8 => 1,
        SKColorType.Rgba8888 or SKColorType.Bgra8888 => 4,
        _ => 0,
    };

    public readonly int RowBytes => Width * BytesPerPixel;

    public readonly int BytesSize => Width * Height * BytesPerPixel;

    public readonly long BytesSize64 => (long)Width * Height * BytesPerPixel;

    public readonly bool IsEmpty => Width <= 0 || Height <= 0;

    public readonly bool IsOpaque => AlphaType == SKAlphaType.Opaque;

    public static bool operator ==(SKImageInfo left, SKImageInfo right) => left.Equals(right);

    public static bool operator !=(SKImageInfo left, SKImageInfo right) => !left.Equals(right);

    public readonly bool Equals(SKImageInfo obj) =>
        Width == obj.Width && Height == obj.Height && ColorType == obj.ColorType && AlphaType == obj.AlphaType;

    public override readonly bool Equals(object? obj) => obj is SKImageInfo i && Equals(i);

    public override readonly int GetHashCode() => HashCode.Combine(Width, Height, ColorType, AlphaType);
}
