namespace SkiaSharp;

/// <summary>How a shape is drawn. The defaults are the package's: black, filled, not anti-aliased.</summary>
public class SKPaint : SKObject
{
    public SKColor Color { get; set; } = SKColors.Black;

    public SKPaintStyle Style { get; set; } = SKPaintStyle.Fill;

    /// <summary>In the units of the canvas; 0 is a hairline, one pixel wide at any scale.</summary>
    public float StrokeWidth { get; set; }

    /// <summary>A miter longer than this many half widths becomes a bevel.</summary>
    public float StrokeMiter { get; set; } = 4f;

    public SKStrokeCap StrokeCap { get; set; } = SKStrokeCap.Butt;

    public SKStrokeJoin StrokeJoin { get; set; } = SKStrokeJoin.Miter;

    public bool IsAntialias { get; set; }
}
