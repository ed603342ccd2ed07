namespace SkiaSharp;

/// <summary>How an image is read between its pixels: only the default, nearest neighbour without mipmaps, is here.</summary>
public readonly struct SKSamplingOptions
{
    /// <summary>Nearest neighbour.</summary>
    public static readonly SKSamplingOptions Default;
}
