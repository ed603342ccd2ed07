namespace SkiaSharp;

/// <summary>The pixels that may be drawn on: columns from Left up to Right, rows from Top up to Bottom.</summary>
internal readonly record struct ClipBox(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public bool IsEmpty => Right <= Left || Bottom <= Top;

    /// <summary>What this and a rectangle have in common, its sides taken to the nearest pixel edge.</summary>
    public ClipBox Intersect(SKRect rect) => new(
        Math.Max(Left, Nearest(rect.Left)),
        Math.Max(Top, Nearest(rect.Top)),
        Math.Min(Right, Nearest(rect.Right)),
        Math.Min(Bottom, Nearest(rect.Bottom)));

    private static int Nearest(float value) => (int)Math.Clamp(Math.Floor(value + 0.5), int.MinValue / 2, int.MaxValue / 2);
}
