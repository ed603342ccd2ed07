namespace SkiaSharp;

/// <summary>How two segments of a stroke meet.</summary>
public enum SKStrokeJoin
{
    Miter = 0,
    Round = 1,
    Bevel = 2,
}
