using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// A run's curves against the step, in four panels: the losses of D and G; what D says about real and generated images; how far apart images of a label are; the norms of
/// the gradients. A run that was logged before the last two were measured has the first two alone.
/// </summary>
internal sealed record LossPlot
{
    private const int PlotWidth = 1600;
    private const float Left = 120;
    private const float Right = 1552;
    private const float FirstTop = 148;
    private const float PanelHeight = 360;
    private const float PanelPitch = 500;

    /// <summary>One a log interval, in the order in which they were logged.</summary>
    public required IReadOnlyList<LossPoint> Points { get; init; }

    /// <summary>A line above the panels, such as the run's name.</summary>
    public string? Title { get; init; }

    /// <summary>Draws 1600 pixels by 500 a panel and 100 more, meant to be shown at half that size.</summary>
    public SKBitmap Draw()
    {
        double[] steps = [.. Points.Select(p => p.Step)];
        PlotPanel[] panels = [.. Panels(steps, StepAxis(steps))];
        var bitmap = new SKBitmap(PlotWidth, 100 + (panels.Length * (int)PanelPitch), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Palette.Paper);
        if (Title is not null) StrokeFont.Draw(canvas, Title, Left, 56, 25f, Palette.Ink, weight: 0.13f);
        for (int i = 0; i < panels.Length; i++)
        {
            float top = FirstTop + (i * PanelPitch);
            panels[i].Draw(canvas, new SKRect(Left, top, Right, top + PanelHeight));
        }
        float baseline = bitmap.Height - 26;
        StrokeFont.Draw(canvas, "step", Right, baseline, 17f, Palette.FadedInk, TextAlign.Right);
        int reach = PlotSeries.Reach(Points.Count);
        if (reach > 0)
        {
            string note = $"pale: every logged value; bold: mean over {(2 * reach) + 1}";
            StrokeFont.Draw(canvas, note, Left, baseline, 15f, Palette.FadedInk);
        }
        return bitmap;
    }

    private IEnumerable<PlotPanel> Panels(double[] steps, PlotAxis x)
    {
        PlotSeries[] losses =
        [
            Series("D loss", Palette.Blue, p => p.DiscriminatorLoss),
            Series("G loss", Palette.Vermilion, p => p.GeneratorLoss),
        ];
        yield return new PlotPanel("Loss", x, PlotAxis.Around(Finite(losses), 5), steps, losses);

        PlotSeries[] scores =
        [
            Series("D(x)", Palette.Blue, p => p.RealScore),
            Series("D(G(z))", Palette.Vermilion, p => p.FakeScore),
        ];
        // A critic's scores are no probabilities: they get an axis of their own size, and 0.5 means nothing.
        bool areProbabilities = Finite(scores).All(v => v is >= 0 and <= 1);
        yield return new PlotPanel(
            "What D says of real and generated images", x, areProbabilities ? PlotAxis.Fixed(0, 1, 5) : PlotAxis.Around(Finite(scores), 5), steps, scores)
        {
            ReferenceLine = areProbabilities ? 0.5 : null,
        };

        PlotSeries[] distances =
        [
            Series("real", Palette.Blue, p => p.RealDistance),
            Series("generated", Palette.Vermilion, p => p.FakeDistance),
        ];
        if (Finite(distances).Any())
            yield return new PlotPanel("How far apart two images of a label are", x, PlotAxis.Around(Finite(distances).Append(0), 5), steps, distances);

        PlotSeries[] gradients =
        [
            Series("D", Palette.Blue, p => p.DiscriminatorGradient),
            Series("G", Palette.Vermilion, p => p.GeneratorGradient),
        ];
        if (Finite(gradients).Any())
            yield return new PlotPanel("Norm of the gradient", x, PlotAxis.Around(Finite(gradients).Append(0), 5), steps, gradients);
    }

    private PlotSeries Series(string name, SKColor color, Func<LossPoint, double> figure) => new(name, color, [.. Points.Select(figure)]);

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
