using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// A curve as runs of pixels. Where points crowd, a column of pixels keeps its lowest and its highest, in their order: no spike is
/// lost, and the cost of drawing is bounded by the picture's width.
/// </summary>
internal static class PlotCurve
{
    /// <summary>In pixels of the picture, which is shown at half its size: one column as it is seen.</summary>
    private const float ColumnWidth = 2f;

    /// <summary>Runs of connected points; a point that is not finite ends a run.</summary>
    public static List<List<SKPoint>> Runs(ReadOnlySpan<double> steps, ReadOnlySpan<double> values, PlotAxis x, PlotAxis y, SKRect area)
    {
        var runs = new List<List<SKPoint>>();
        List<SKPoint>? run = null;
        var column = new List<SKPoint>();
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || !double.IsFinite(steps[i]))
            {
                if (run is not null) Flush(column, run);
                run = null;
                continue;
            }
            var p = new SKPoint(
                (float)(area.Left + (x.Fraction(steps[i]) * area.Width)),
                (float)(area.Bottom - (y.Fraction(values[i]) * area.Height)));
            if (run is null) runs.Add(run = []);
            if (column.Count > 0 && MathF.Floor(column[0].X / ColumnWidth) != MathF.Floor(p.X / ColumnWidth)) Flush(column, run);
            column.Add(p);
        }
        if (run is not null) Flush(column, run);
        return runs;
    }

    private static void Flush(List<SKPoint> column, List<SKPoint> run)
    {
        int top = 0, bottom = 0;
        for (int i = 1; i < column.Count; i++)
        {
            if (column[i].Y < column[top].Y) top = i;
            if (column[i].Y > column[bottom].Y) bottom = i;
        }
        if (column.Count > 0) run.Add(column[Math.Min(top, bottom)]);
        if (top != bottom) run.Add(column[Math.Max(top, bottom)]);
        column.Clear();
    }
}
