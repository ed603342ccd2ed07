namespace SkiaSharp;

/// <summary>A colour whose channels are already multiplied by its alpha, as source-over needs it.</summary>
internal readonly struct PremulColor(byte red, byte green, byte blue, byte alpha)
{
    public byte Red { get; } = red;

    public byte Green { get; } = green;

    public byte Blue { get; } = blue;

    public byte Alpha { get; } = alpha;

    public static PremulColor From(SKColor c) =>
        new(Scale(c.Red, c.Alpha), Scale(c.Green, c.Alpha), Scale(c.Blue, c.Alpha), c.Alpha);

    public SKColor ToColor()
    {
        if (Alpha == byte.MaxValue) return new SKColor(Red, Green, Blue);
        return Alpha == 0 ? SKColor.Empty : new SKColor(Unscale(Red, Alpha), Unscale(Green, Alpha), Unscale(Blue, Alpha), Alpha);
    }

    /// <summary>Source over: this · coverage + under · (1 − alpha · coverage), coverage in 1/255.</summary>
    public PremulColor Over(PremulColor under, int coverage)
    {
        int alpha = Scale(Alpha, coverage);
        int rest = byte.MaxValue - alpha;
        return new PremulColor(
            Sum(Scale(Red, coverage), Scale(under.Red, rest)),
            Sum(Scale(Green, coverage), Scale(under.Green, rest)),
            Sum(Scale(Blue, coverage), Scale(under.Blue, rest)),
            Sum(alpha, Scale(under.Alpha, rest)));
    }

    public static unsafe PremulColor Load(byte* p, SKImageInfo info)
    {
        switch (info.ColorType)
        {
            case SKColorType.Gray8:
                return new PremulColor(*p, *p, *p, byte.MaxValue);
            case SKColorType.Rgba8888:
                return FromStored(p[0], p[1], p[2], p[3], info.AlphaType);
            default:
                return FromStored(p[2], p[1], p[0], p[3], info.AlphaType);
        }
    }

    public unsafe void Store(byte* p, SKImageInfo info)
    {
        if (info.ColorType == SKColorType.Gray8)
        {
            // The luminance weights of ITU-R BT.709, as the package takes them.
            *p = (byte)((0.2126f * Red) + (0.7152f * Green) + (0.0722f * Blue) + 0.5f);
            return;
        }
        SKColor plain = info.AlphaType == SKAlphaType.Unpremul ? ToColor() : new SKColor(Red, Green, Blue, Alpha);
        bool redFirst = info.ColorType == SKColorType.Rgba8888;
        p[0] = redFirst ? plain.Red : plain.Blue;
        p[1] = plain.Green;
        p[2] = redFirst ? plain.Blue : plain.Red;
        p[3] = info.IsOpaque ? byte.MaxValue : plain.Alpha;
    }

    private static PremulColor FromStored(byte r, byte g, byte b, byte a, SKAlphaType alphaType) => alphaType switch
    {
        SKAlphaType.Opaque => new PremulColor(r, g, b, byte.MaxValue),
        SKAlphaType.Unpremul => From(new SKColor(r, g, b, a)),
        _ => new PremulColor(r, g, b, a),
    };

    /// <summary>value · by / 255, rounded.</summary>
    private static byte Scale(int value, int by) => (byte)(((value * by) + 127) / 255);

    private static byte Unscale(int value, int alpha) => (byte)Math.Min(255, ((value * 255) + (alpha / 2)) / alpha);

    private static byte Sum(int a, int b) => (byte)Math.Min(255, a + b);
}
