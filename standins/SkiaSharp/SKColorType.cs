namespace SkiaSharp;

/// <summary>How a pixel lies in memory. The stand-in has the three layouts that are used; the values are the package's.</summary>
public enum SKColorType
{
    Unknown = 0,
    Rgba8888 = 4,
    Bgra8888 = 6,
    Gray8 = 9,
}
