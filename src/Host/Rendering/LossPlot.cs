using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// A run's curves against the step: the losses of D and G above, and what D says about real and generated images below.
/// </summary>
internal sealed record LossPlot
{
    private const int PlotWidth = 1600;
    private const int PlotHeight = 1100;
    private const float Left = 120;
    private const float Right = 1552;

    /// <summary>One a log interval, in the order in which they were logged.</summary>
    public required IReadOnlyList<LossPoint> Points { get; init; }

    /// <summary>A line above the panels, such as the run's name.</summary>
    public string? Title { get; init; }

    /// <summary>Draws 1600 × 1100 pixels, meant to be shown at half that size.</summary>
    public SKBitmap Draw()
    {
        double[] steps = [.. Points.Select(p => p.Step)];
        PlotAxis x = StepAxis(steps);
        PlotSeries[] losses =
        [
            new("D loss", Palette.Blue, [.. Points.Select(p => p.DiscriminatorLoss)]),
            new("G loss", Palette.Vermilion, [.. Points.Select(p => p.GeneratorLoss)]),
        ];
        PlotSeries[] scores =
        [
            new("D(x)", Palette.Blue, [.. Points.Select(p => p.RealScore)]),
            new("D(G(z))", Palette.Vermilion, [.. Points.Select(p => p.FakeScore)]),
        ];
        // A critic's scores are no probabilities: they get an axis of their own size, and 0.5 means nothing.
        bool areProbabilities = Finite(scores).All(v => v is >= 0 and <= 1);

        var upper = new PlotPanel("Loss", x, PlotAxis.Around(Finite(losses), 5), steps, losses);
        var lower = new PlotPanel(
            "What D says of real and generated images", x, areProbabilities ? PlotAxis.Fixed(0, 1, 5) : PlotAxis.Around(Finite(scores), 5), steps, scores)
        {
            ReferenceLine = areProbabilities ? 0.5 : null,
        };

        var bitmap = new SKBitmap(PlotWidth, PlotHeight, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Palette.Paper);
        if (Title is not null) StrokeFont.Draw(canvas, Title, Left, 56, 25f, Palette.Ink, weight: 0.13f);
        upper.Draw(canvas, new SKRect(Left, 148, Right, 508));
        lower.Draw(canvas, new SKRect(Left, 648, Right, 1008));
        StrokeFont.Draw(canvas, "step", Right, 1074, 17f, Palette.FadedInk, TextAlign.Right);
        int reach = PlotSeries.Reach(Points.Count);
        if (reach > 0)
        {
            string note = $"pale: every logged value; bold: mean over {(2 * reach) + 1}";
            StrokeFont.Draw(canvas, note, Left, 1074, 15f, Palette.FadedInk);
        }
        return bitmap;
    }

    private static PlotAxis StepAxis(double[] steps)
    {
        double[] finite = [.. steps.Where(double.IsFinite)];
        if (finite.Length == 0) return PlotAxis.Fixed(0, 1, 1);
        double min = finite.Min(), max = finite.Max();
        if (min >= 0 && min < 0.2 * max) min = 0;
        return max > min ? PlotAxis.Fixed(min, max, 8) : PlotAxis.Fixed(min - 1, max + 1, 2);
    }

    private static IEnumerable<double> Finite(PlotSeries[] series) => series.SelectMany(s => s.Values).Where(double.IsFinite);
}
