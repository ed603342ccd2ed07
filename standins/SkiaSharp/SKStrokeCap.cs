namespace SkiaSharp;

/// <summary>How an open stroke ends.</summary>
public enum SKStrokeCap
{
    Butt = 0,
    Round = 1,
    Square = 2,
}
