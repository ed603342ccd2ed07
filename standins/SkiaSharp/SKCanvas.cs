using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>Draws on a bitmap, source over, inside a clip, under a scale and a shift.</summary>
public class SKCanvas : SKObject
{
    private readonly SKBitmap bitmap;
    private readonly Stack<(Placement Placement, ClipBox Clip)> saved = new();
    private Placement placement = Placement.None;
    private ClipBox clip;

    public SKCanvas(SKBitmap bitmap)
    {
        ArgumentNullException.ThrowIfNull(bitmap);
        this.bitmap = bitmap;
        clip = new ClipBox(0, 0, bitmap.Width, bitmap.Height);
    }

    /// <summary>1, and one more for each save that was not restored.</summary>
    public int SaveCount => saved.Count + 1;

    public int Save()
    {
        saved.Push((placement, clip));
        return saved.Count;
    }

    /// <summary>Does nothing where nothing was saved, as in the package.</summary>
    public void Restore()
    {
        if (saved.Count > 0) (placement, clip) = saved.Pop();
    }

    public void Translate(float dx, float dy) => placement = placement.Translate(dx, dy);

    public void Scale(float s) => Scale(s, s);

    public void Scale(float sx, float sy) => placement = placement.Scale(sx, sy);

    /// <summary>Narrows the clip to a rectangle, its sides taken to the nearest pixel edge.</summary>
    public void ClipRect(SKRect rect) => clip = clip.Intersect(placement.Map(rect));

    /// <summary>Puts the colour itself, alpha and all, on every pixel inside the clip.</summary>
    public void Clear(SKColor color)
    {
        Prepare();
        for (int y = clip.Top; y < clip.Bottom; y++) bitmap.Fill(clip.Left, clip.Right, y, PremulColor.From(color));
    }

    public void DrawRect(float x, float y, float w, float h, SKPaint paint) => DrawRect(SKRect.Create(x, y, w, h), paint);

    public void DrawRect(SKRect rect, SKPaint paint)
    {
        using var path = new SKPath();
        path.MoveTo(rect.Left, rect.Top);
        path.LineTo(rect.Right, rect.Top);
        path.LineTo(rect.Right, rect.Bottom);
        path.LineTo(rect.Left, rect.Bottom);
        path.Close();
        DrawPath(path, paint);
    }

    public void DrawLine(SKPoint p0, SKPoint p1, SKPaint paint) => DrawLine(p0.X, p0.Y, p1.X, p1.Y, paint);

    /// <summary>A stroke, whatever the style of the paint.</summary>
    public void DrawLine(float x0, float y0, float x1, float y1, SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(paint);
        using var path = new SKPath();
        path.MoveTo(x0, y0);
        path.LineTo(x1, y1);
        Draw(path, paint, SKPaintStyle.Stroke);
    }

    public void DrawCircle(SKPoint c, float radius, SKPaint paint) => DrawCircle(c.X, c.Y, radius, paint);

    public void DrawCircle(float cx, float cy, float radius, SKPaint paint)
    {
        if (radius <= 0) return;
        using var path = new SKPath();
        int sides = Stroker.SidesOfCircle(radius * placement.Largest);
        for (int i = 0; i < sides; i++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * i / sides);
            var p = new SKPoint(cx + (float)(radius * cos), cy + (float)(radius * sin));
            if (i == 0) path.MoveTo(p);
            else path.LineTo(p);
        }
        path.Close();
        DrawPath(path, paint);
    }

    public void DrawPath(SKPath path, SKPaint paint)
    {
        ArgumentNullException.ThrowIfNull(paint);
        ArgumentNullException.ThrowIfNull(path);
        Draw(path, paint, paint.Style);
    }

    public void DrawImage(SKImage image, float x, float y, SKPaint? paint = null) =>
        DrawImage(image, SKRect.Create(x, y, image.Width, image.Height), paint);

    public void DrawImage(SKImage image, SKRect dest, SKPaint? paint = null) =>
        DrawImage(image, dest, SKSamplingOptions.Default, paint);

    /// <summary>Stretches a picture over a rectangle: a pixel is drawn when its centre lies inside, with the colour found there.</summary>
    public void DrawImage(SKImage image, SKRect dest, SKSamplingOptions sampling, SKPaint? paint = null)
    {
        _ = sampling;
        ArgumentNullException.ThrowIfNull(image);
        Prepare();
        SKRect target = placement.Map(dest);
        if (!(target.Width > 0 && target.Height > 0)) return;
        ClipBox box = clip.Intersect(new SKRect(
            MathF.Ceiling(target.Left - 0.5f), MathF.Ceiling(target.Top - 0.5f), MathF.Ceiling(target.Right - 0.5f), MathF.Ceiling(target.Bottom - 0.5f)));
        SKBitmap source = image.Pixels;
        int opacity = paint?.Color.Alpha ?? byte.MaxValue;
        for (int y = box.Top; y < box.Bottom; y++)
        {
            int v = Math.Clamp((int)((y + 0.5 - target.Top) * source.Height / target.Height), 0, source.Height - 1);
            for (int x = box.Left; x < box.Right; x++)
            {
                int u = Math.Clamp((int)((x + 0.5 - target.Left) * source.Width / target.Width), 0, source.Width - 1);
                bitmap.Store(x, y, source.Load(u, v).Over(bitmap.Load(x, y), opacity));
            }
        }
    }

    public void DrawBitmap(SKBitmap bitmap, float x, float y, SKPaint? paint = null)
    {
        using SKImage image = SKImage.FromBitmap(bitmap);
        DrawImage(image, x, y, paint);
    }

    public void DrawBitmap(SKBitmap bitmap, SKRect dest, SKPaint? paint = null)
    {
        using SKImage image = SKImage.FromBitmap(bitmap);
        DrawImage(image, dest, paint);
    }

    private void Draw(SKPath path, SKPaint paint, SKPaintStyle style)
    {
        Prepare();
        var rasteriser = new Rasteriser();
        if (style == SKPaintStyle.Fill)
        {
            foreach (SKPath.Contour contour in path.Contours)
                rasteriser.Add(CollectionsMarshal.AsSpan(contour.Points.ConvertAll(placement.Map)));
        }
        else
        {
            float width = paint.StrokeWidth == 0 ? 1f / Math.Max(placement.Largest, float.Epsilon) : paint.StrokeWidth;
            var stroker = new Stroker(rasteriser, placement, paint, width);
            foreach (SKPath.Contour contour in path.Contours) stroker.Add(contour);
        }
        PremulColor color = PremulColor.From(paint.Color);
        rasteriser.Sweep(clip, paint.IsAntialias, (y, left, coverage) =>
        {
            for (int i = 0; i < coverage.Length; i++)
                if (coverage[i] != 0) bitmap.Store(left + i, y, color.Over(bitmap.Load(left + i, y), coverage[i]));
        });
    }

    private void Prepare()
    {
        ThrowIfDisposed();
        ObjectDisposedException.ThrowIf(bitmap.IsDisposed, bitmap);
    }
}
