using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>
/// Turns a stroked polyline into polygons: a quadrilateral a segment, a wedge a join, a cap an end. Every piece turns the same way,
/// so that under the non-zero rule the overlaps of the pieces make one shape.
/// </summary>
internal sealed class Stroker(Rasteriser rasteriser, Placement placement, SKPaint paint, float width)
{
    /// <summary>How far, in pixels, a cut curve may lie off the true one.</summary>
    private const double Tolerance = 0.02;

    private readonly float half = width / 2f;
    private readonly List<SKPoint> piece = [];

    /// <summary>The number of sides that keeps a circle of so many pixels radius within <see cref="Tolerance"/>.</summary>
    public static int SidesOfCircle(double radius) =>
        radius <= Tolerance ? 8 : Math.Clamp((int)Math.Ceiling(Math.PI / Math.Acos(1 - (Tolerance / radius))), 8, 720);

    public void Add(SKPath.Contour contour)
    {
        List<SKPoint> points = WithoutRepeats(contour);
        if (points.Count == 1)
        {
            // A line without length is a dot under a round or square cap, and nothing under a butt one.
            if (contour.Points.Count > 1 || contour.IsClosed) AddDot(points[0]);
            return;
        }
        int count = points.Count;
        int segments = contour.IsClosed ? count : count - 1;
        for (int i = 0; i < segments; i++) AddSegment(points[i], points[(i + 1) % count]);
        for (int i = contour.IsClosed ? 0 : 1; i < segments; i++)
            AddJoin(points[(i + count - 1) % count], points[i], points[(i + 1) % count]);
        if (contour.IsClosed) return;
        AddCap(points[1], points[0]);
        AddCap(points[^2], points[^1]);
    }

    private static List<SKPoint> WithoutRepeats(SKPath.Contour contour)
    {
        var points = new List<SKPoint>(contour.Points.Count);
        foreach (SKPoint p in contour.Points)
            if (points.Count == 0 || points[^1] != p) points.Add(p);
        if (contour.IsClosed && points.Count > 1 && points[^1] == points[0]) points.RemoveAt(points.Count - 1);
        return points;
    }

    private void AddSegment(SKPoint a, SKPoint b)
    {
        SKPoint n = Normal(a, b);
        Flush(a + n, b + n, b - n, a - n);
    }

    private void AddJoin(SKPoint before, SKPoint at, SKPoint after)
    {
        SKPoint n0 = Normal(before, at), n1 = Normal(at, after);
        double cross = ((double)n0.X * n1.Y) - ((double)n0.Y * n1.X);
        double dot = ((double)n0.X * n1.X) + ((double)n0.Y * n1.Y);
        if (cross > 0) (n0, n1) = (Turned(n0), Turned(n1)); // the gap opens on the outer side of the turn
        double angle = Math.Atan2(Math.Abs(cross), dot);
        if (angle < 1e-4) return;
        switch (paint.StrokeJoin)
        {
            case SKStrokeJoin.Round:
                AddWedge(at, n0, cross > 0 ? angle : -angle);
                break;
            case SKStrokeJoin.Miter when 1 / Math.Cos(angle / 2) <= paint.StrokeMiter:
                float reach = (float)(1 / (1 + (dot / ((double)half * half))));
                SKPoint tip = new((n0.X + n1.X) * reach, (n0.Y + n1.Y) * reach);
                Flush(at, at + n0, at + tip, at + n1);
                break;
            default:
                Flush(at, at + n0, at + n1);
                break;
        }
    }

    private void AddCap(SKPoint inner, SKPoint end)
    {
        SKPoint n = Normal(inner, end);
        SKPoint ahead = new(n.Y, -n.X);
        if (paint.StrokeCap == SKStrokeCap.Round)
        {
            AddWedge(end, n, -Math.PI);
        }
        else if (paint.StrokeCap == SKStrokeCap.Square)
        {
            Flush(end + n, end + n + ahead, end - n + ahead, end - n);
        }
    }

    private void AddDot(SKPoint at)
    {
        SKPoint right = new(half, 0), down = new(0, half);
        if (paint.StrokeCap == SKStrokeCap.Square)
            Flush(at - right - down, at + right - down, at + right + down, at - right + down);
        else if (paint.StrokeCap == SKStrokeCap.Round)
            AddCircle(at);
    }

    private void AddCircle(SKPoint at)
    {
        int sides = SidesOfCircle(half * placement.Largest);
        for (int i = 0; i < sides; i++)
        {
            (double sin, double cos) = Math.SinCos(2 * Math.PI * i / sides);
            piece.Add(new SKPoint(at.X + (float)(half * cos), at.Y + (float)(half * sin)));
        }
        Flush();
    }

    /// <summary>A slice of a circle about <paramref name="at"/>, from one arm over a signed angle.</summary>
    private void AddWedge(SKPoint at, SKPoint from, double angle)
    {
        int steps = Math.Max(1, (int)Math.Ceiling(Math.Abs(angle) / (2 * Math.PI) * SidesOfCircle(half * placement.Largest)));
        piece.Add(at);
        for (int i = 0; i <= steps; i++)
        {
            (double sin, double cos) = Math.SinCos(angle * i / steps);
            piece.Add(new SKPoint(
                at.X + (float)((from.X * cos) - (from.Y * sin)),
                at.Y + (float)((from.X * sin) + (from.Y * cos))));
        }
        Flush();
    }

    /// <summary>Half a width at right angles to a segment.</summary>
    private SKPoint Normal(SKPoint a, SKPoint b)
    {
        double dx = (double)b.X - a.X, dy = (double)b.Y - a.Y;
        double scale = half / Math.Sqrt((dx * dx) + (dy * dy));
        return new SKPoint((float)(-dy * scale), (float)(dx * scale));
    }

    private static SKPoint Turned(SKPoint p) => new(-p.X, -p.Y);

    private void Flush(params ReadOnlySpan<SKPoint> corners)
    {
        foreach (SKPoint p in corners) piece.Add(p);
        Flush();
    }

    private void Flush()
    {
        double area = 0;
        for (int i = 0; i < piece.Count; i++) piece[i] = placement.Map(piece[i]);
        for (int i = 0; i < piece.Count; i++)
        {
            SKPoint a = piece[i], b = piece[(i + 1) % piece.Count];
            area += ((double)a.X * b.Y) - ((double)a.Y * b.X);
        }
        if (area < 0) piece.Reverse();
        rasteriser.Add(CollectionsMarshal.AsSpan(piece));
        piece.Clear();
    }
}
