namespace SkiaSharp;

/// <summary>File formats. The stand-in writes PNG and answers null for the others, as the package does for those it cannot write.</summary>
public enum SKEncodedImageFormat
{
    Bmp = 0,
    Gif = 1,
    Ico = 2,
    Jpeg = 3,
    Png = 4,
    Wbmp = 5,
    Webp = 6,
}
