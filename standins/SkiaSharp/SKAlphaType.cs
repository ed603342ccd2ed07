namespace SkiaSharp;

/// <summary>What the alpha of a pixel means for its colour. The values are the package's.</summary>
public enum SKAlphaType
{
    Unknown = 0,
    Opaque = 1,
    Premul = 2,
    Unpremul = 3,
}
