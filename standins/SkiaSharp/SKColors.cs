namespace SkiaSharp;

/// <summary>The named colours that are used.</summary>
public struct SKColors
{
    public static SKColor Empty => new(0x00000000);

    public static readonly SKColor Transparent = new(0x00FFFFFF);

    public static readonly SKColor Black = new(0xFF000000);

    public static readonly SKColor White = new(0xFFFFFFFF);

    public static readonly SKColor Red = new(0xFFFF0000);

    public static readonly SKColor Blue = new(0xFF0000FF);

    public static readonly SKColor Magenta = new(0xFFFF00FF);
}
