using System.Runtime.InteropServices;

namespace SkiaSharp;

/// <summary>
/// Turns polygons into coverage, by the non-zero winding rule. Anti-aliased, a row of pixels is cut into 16 lines; along each
/// the union of the polygons is exact, so a vertical edge has its exact coverage and a horizontal one steps of 1/16.
/// </summary>
internal sealed class Rasteriser
{
    private const int Lines = 16;

    private readonly List<Edge> edges = [];
    private readonly List<Edge> active = [];
    private float leftmost = float.PositiveInfinity;
    private float rightmost = float.NegativeInfinity;
    private double[] crossings = [];
    private int[] windings = [];

    /// <summary>Receives a row's coverage, 0 to 255, from column <paramref name="left"/> on.</summary>
    public delegate void RowSink(int y, int left, ReadOnlySpan<byte> coverage);

    /// <summary>Adds a polygon, closed by itself, in pixels. One with a coordinate that is not finite is left out.</summary>
    public void Add(ReadOnlySpan<SKPoint> polygon)
    {
        foreach (SKPoint p in polygon)
            if (!float.IsFinite(p.X) || !float.IsFinite(p.Y)) return;
        for (int i = 0; i < polygon.Length; i++)
        {
            SKPoint a = polygon[i], b = polygon[(i + 1) % polygon.Length];
            if (a.Y == b.Y) continue;
            leftmost = Math.Min(leftmost, Math.Min(a.X, b.X));
            rightmost = Math.Max(rightmost, Math.Max(a.X, b.X));
            edges.Add(a.Y < b.Y ? new Edge(a, b, 1) : new Edge(b, a, -1));
        }
    }

    /// <summary>Sweeps over what was added, inside the clip.</summary>
    public void Sweep(ClipBox clip, bool antialias, RowSink sink)
    {
        if (edges.Count == 0) return;
        // Narrowed to what was added: else a thin upright line would cost as much as a whole sheet.
        clip = clip with
        {
            Left = (int)Math.Max(clip.Left, Math.Floor(leftmost)),
            Right = (int)Math.Min(clip.Right, Math.Ceiling(rightmost)),
        };
        if (clip.IsEmpty) return;
        edges.Sort(static (a, b) => a.Top.CompareTo(b.Top));
        double bottom = double.MinValue;
        foreach (Edge e in edges) bottom = Math.Max(bottom, e.Bottom);
        int first = (int)Math.Max(clip.Top, Math.Floor(edges[0].Top));
        int last = (int)Math.Min(clip.Bottom, Math.Ceiling(bottom));

        var sums = new float[clip.Width + 2];
        var coverage = new byte[clip.Width];
        int next = 0;
        for (int y = first; y < last; y++)
        {
            for (; next < edges.Count && edges[next].Top < y + 1; next++) active.Add(edges[next]);
            active.RemoveAll(e => e.Bottom <= y);
            if (active.Count == 0) continue;
            int lines = antialias ? Lines : 1;
            for (int i = 0; i < lines; i++) SweepLine(y + ((i + 0.5) / lines), clip, antialias, sums);

            float sum = 0;
            for (int x = 0; x < coverage.Length; x++)
            {
                sum += sums[x];
                coverage[x] = (byte)Math.Clamp((sum * 255f / lines) + 0.5f, 0f, 255f);
            }
            Array.Clear(sums);
            sink(y, clip.Left, coverage);
        }
    }

    private void SweepLine(double y, ClipBox clip, bool antialias, float[] sums)
    {
        if (crossings.Length < active.Count) (crossings, windings) = (new double[2 * active.Count], new int[2 * active.Count]);
        int count = 0;
        foreach (ref readonly Edge e in CollectionsMarshal.AsSpan(active))
        {
            if (e.Top > y || y >= e.Bottom) continue;
            crossings[count] = e.At(y);
            windings[count++] = e.Winding;
        }
        Array.Sort(crossings, windings, 0, count);
        int winding = 0;
        double from = 0;
        for (int i = 0; i < count; i++)
        {
            if (winding == 0) from = crossings[i];
            winding += windings[i];
            if (winding == 0) AddSpan(from - clip.Left, crossings[i] - clip.Left, clip.Width, antialias, sums);
        }
    }

    /// <summary>Notes a span as differences: their running sum is the share of each pixel that lies inside.</summary>
    private static void AddSpan(double from, double to, int width, bool antialias, float[] sums)
    {
        if (!antialias)
        {
            // A pixel is in when its centre is.
            from = Math.Ceiling(from - 0.5);
            to = Math.Ceiling(to - 0.5);
        }
        from = Math.Clamp(from, 0, width);
        to = Math.Clamp(to, 0, width);
        if (to <= from) return;
        AddStep(from, 1f, sums);
        AddStep(to, -1f, sums);
    }

    private static void AddStep(double x, float sign, float[] sums)
    {
        int pixel = (int)x;
        float outside = (float)(x - pixel);
        sums[pixel] += sign * (1f - outside);
        sums[pixel + 1] += sign * outside;
    }

    private readonly struct Edge(SKPoint upper, SKPoint lower, int winding)
    {
        private readonly double slope = ((double)lower.X - upper.X) / ((double)lower.Y - upper.Y);
        private readonly double x = upper.X;

        public double Top { get; } = upper.Y;

        public double Bottom { get; } = lower.Y;

        public int Winding { get; } = winding;

        public double At(double y) => x + (slope * (y - Top));
    }
}
