namespace SkiaSharp;

/// <summary>Polylines, open or closed; filled by the non-zero winding rule.</summary>
public class SKPath : SKObject
{
    private readonly List<Contour> contours = [];
    private bool startsAnew = true;

    public bool IsEmpty => contours.Count == 0;

    internal IReadOnlyList<Contour> Contours => contours;

    public void MoveTo(SKPoint point) => MoveTo(point.X, point.Y);

    public void MoveTo(float x, float y)
    {
        ThrowIfDisposed();
        contours.Add(new Contour(new SKPoint(x, y)));
        startsAnew = false;
    }

    public void LineTo(SKPoint point) => LineTo(point.X, point.Y);

    public void LineTo(float x, float y)
    {
        // After Close, and at the very start, a line begins where the last contour began.
        if (startsAnew)
        {
            SKPoint start = contours.Count == 0 ? SKPoint.Empty : contours[^1].Points[0];
            MoveTo(start);
        }
        contours[^1].Points.Add(new SKPoint(x, y));
    }

    public void Close()
    {
        if (startsAnew) return;
        contours[^1].IsClosed = true;
        startsAnew = true;
    }

    public void Reset()
    {
        contours.Clear();
        startsAnew = true;
    }

    /// <summary>One run of connected lines.</summary>
    internal sealed class Contour(SKPoint start)
    {
        public List<SKPoint> Points { get; } = [start];

        public bool IsClosed { get; set; }
    }
}
