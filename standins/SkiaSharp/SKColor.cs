using System.Globalization;

namespace SkiaSharp;

/// <summary>A colour of 8 bits a channel, not premultiplied, packed as 0xAARRGGBB.</summary>
public readonly struct SKColor : IEquatable<SKColor>
{
    public static readonly SKColor Empty;

    private readonly uint argb;

    public SKColor(uint value) => argb = value;

    public SKColor(byte red, byte green, byte blue)
        : this(red, green, blue, byte.MaxValue)
    {
    }

    public SKColor(byte red, byte green, byte blue, byte alpha) =>
        argb = ((uint)alpha << 24) | ((uint)red << 16) | ((uint)green << 8) | blue;

    public byte Alpha => (byte)(argb >> 24);

    public byte Red => (byte)(argb >> 16);

    public byte Green => (byte)(argb >> 8);

    public byte Blue => (byte)argb;

    public SKColor WithAlpha(byte alpha) => new(Red, Green, Blue, alpha);

    public static implicit operator SKColor(uint color) => new(color);

    public static explicit operator uint(SKColor color) => color.argb;

    public static bool operator ==(SKColor left, SKColor right) => left.argb == right.argb;

    public static bool operator !=(SKColor left, SKColor right) => left.argb != right.argb;

    public bool Equals(SKColor obj) => argb == obj.argb;

    public override bool Equals(object? other) => other is SKColor c && Equals(c);

    public override int GetHashCode() => argb.GetHashCode();

    public override string ToString() => "#" + argb.ToString("x8", CultureInfo.InvariantCulture);
}
