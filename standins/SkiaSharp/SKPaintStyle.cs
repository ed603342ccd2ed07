namespace SkiaSharp;

/// <summary>Whether a shape is filled or outlined.</summary>
public enum SKPaintStyle
{
    Fill = 0,
    Stroke = 1,
}
