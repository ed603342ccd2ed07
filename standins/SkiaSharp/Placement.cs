namespace SkiaSharp;

/// <summary>From the units of the canvas to pixels: a scale, then a shift.</summary>
internal readonly record struct Placement(float ScaleX, float ScaleY, float ShiftX, float ShiftY)
{
    public static Placement None => new(1f, 1f, 0f, 0f);

    /// <summary>The larger of the two scales: how fine a curve must be cut.</summary>
    public float Largest => Math.Max(Math.Abs(ScaleX), Math.Abs(ScaleY));

    public Placement Translate(float dx, float dy) =>
        this with { ShiftX = ShiftX + (dx * ScaleX), ShiftY = ShiftY + (dy * ScaleY) };

    public Placement Scale(float sx, float sy) => this with { ScaleX = ScaleX * sx, ScaleY = ScaleY * sy };

    public SKPoint Map(SKPoint p) => new((p.X * ScaleX) + ShiftX, (p.Y * ScaleY) + ShiftY);

    public SKRect Map(SKRect r)
    {
        SKPoint a = Map(new SKPoint(r.Left, r.Top)), b = Map(new SKPoint(r.Right, r.Bottom));
        return new SKRect(Math.Min(a.X, b.X), Math.Min(a.Y, b.Y), Math.Max(a.X, b.X), Math.Max(a.Y, b.Y));
    }
}
