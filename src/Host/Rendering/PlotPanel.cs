using System.Globalization;
using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>One of the stacked panels of a plot: heading, legend, grid, axes and curves.</summary>
internal sealed record PlotPanel(string Heading, PlotAxis X, PlotAxis Y, double[] Steps, PlotSeries[] Series)
{
    private const float HeadingSize = 21f;
    private const float TextSize = 17f;

    /// <summary>A dashed line across the panel, such as the 0.5 at which D can tell nothing apart.</summary>
    public double? ReferenceLine { get; init; }

    /// <summary>Draws into <paramref name="area"/>, the rectangle inside the axes; texts stand around it.</summary>
    public void Draw(SKCanvas canvas, SKRect area)
    {
        StrokeFont.Draw(canvas, Heading, area.Left, area.Top - 24, HeadingSize, Palette.Ink, weight: 0.14f);
        DrawLegend(canvas, area);
        DrawGrid(canvas, area);
        if (!Series.Any(s => s.Values.Any(double.IsFinite)))
        {
            StrokeFont.Draw(canvas, "nothing logged yet", area.MidX, area.MidY, TextSize, Palette.FadedInk, TextAlign.Center);
            return;
        }
        if (ReferenceLine is double value) DrawReference(canvas, area, value);

        canvas.Save();
        // A little wider than the axes, so that a curve along the edge keeps its whole width.
        canvas.ClipRect(new SKRect(area.Left - 6, area.Top - 6, area.Right + 6, area.Bottom + 6));
        bool smooth = PlotSeries.Reach(Steps.Length) > 0;
        foreach (PlotSeries s in Series)
            DrawCurve(canvas, area, s.Values, smooth ? s.Color.WithAlpha(0x48) : s.Color, smooth ? 2f : 3.5f);
        if (smooth)
            foreach (PlotSeries s in Series) DrawCurve(canvas, area, s.Smoothed(), s.Color, 3.5f);
        canvas.Restore();
    }

    private static SKPaint Stroke(SKColor color, float width) => new()
    {
        Color = color,
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeWidth = width,
        StrokeCap = SKStrokeCap.Round,
        StrokeJoin = SKStrokeJoin.Round,
    };

    /// <summary>The middle of the pixel at a fraction of a length: there a thin line is one sharp row of pixels.</summary>
    private static float Crisp(double at) => (float)Math.Floor(at) + 0.5f;

    private float YOf(SKRect area, double value) => Crisp(area.Bottom - (Y.Fraction(value) * area.Height));

    private void DrawGrid(SKCanvas canvas, SKRect area)
    {
        using SKPaint grid = Stroke(Palette.Grid, 1.5f);
        using SKPaint axis = Stroke(Palette.Axis, 2f);
        foreach (double tick in Y.Ticks)
        {
            float y = YOf(area, tick);
            canvas.DrawLine(area.Left, y, area.Right, y, grid);
            StrokeFont.Draw(canvas, Y.Label(tick), area.Left - 14, y + (TextSize / 2), TextSize, Palette.FadedInk, TextAlign.Right);
        }
        foreach (double tick in X.Ticks)
        {
            float x = Crisp(area.Left + (X.Fraction(tick) * area.Width));
            canvas.DrawLine(x, area.Top, x, area.Bottom, grid);
            StrokeFont.Draw(canvas, X.Label(tick), x, area.Bottom + 16 + TextSize, TextSize, Palette.FadedInk, TextAlign.Center);
        }
        canvas.DrawLine(area.Left, Crisp(area.Bottom), area.Right, Crisp(area.Bottom), axis);
    }

    private void DrawReference(SKCanvas canvas, SKRect area, double value)
    {
        using SKPaint paint = Stroke(Palette.FadedInk, 2f);
        float y = YOf(area, value);
        for (float x = area.Left; x < area.Right; x += 16) canvas.DrawLine(x, y, Math.Min(x + 7, area.Right), y, paint);
    }

    private void DrawCurve(SKCanvas canvas, SKRect area, double[] values, SKColor color, float width)
    {
        using SKPaint stroke = Stroke(color, width);
        using var dot = new SKPaint { Color = color, IsAntialias = true };
        using var path = new SKPath();
        foreach (List<SKPoint> run in PlotCurve.Runs(Steps, values, X, Y, area))
        {
            // A value between two gaps has no line to be seen by.
            if (run.Count == 1) canvas.DrawCircle(run[0], width * 1.4f, dot);
            path.MoveTo(run[0]);
            foreach (SKPoint p in run.Skip(1)) path.LineTo(p);
        }
        canvas.DrawPath(path, stroke);
    }

    /// <summary>At the right end of the heading's line: a piece of each curve, its name and its latest value.</summary>
    private void DrawLegend(SKCanvas canvas, SKRect area)
    {
        float right = area.Right, baseline = area.Top - 24;
        foreach (PlotSeries s in Series.Reverse())
        {
            // A run that has blown up must not write forty digits over the heading.
            string format = Math.Abs(s.Latest) < 1e4 ? "0.000" : "0.00e+0";
            string latest = double.IsNaN(s.Latest) ? "" : s.Latest.ToString(format, CultureInfo.InvariantCulture);
            StrokeFont.Draw(canvas, latest, right, baseline, TextSize, Palette.Ink, TextAlign.Right);
            // All values get the same room: a legend must not shift when a minus comes or goes.
            right -= Math.Max(StrokeFont.Measure(latest, TextSize), StrokeFont.Measure("-0.000", TextSize)) + 12;
            StrokeFont.Draw(canvas, s.Name, right, baseline, TextSize, Palette.FadedInk, TextAlign.Right);
            right -= StrokeFont.Measure(s.Name, TextSize) + 14;
            using SKPaint paint = Stroke(s.Color, 5f);
            float y = baseline - (TextSize / 2);
            canvas.DrawLine(right - 30, y, right, y, paint);
            right -= 30 + 44;
        }
    }
}
