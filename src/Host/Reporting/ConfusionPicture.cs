using System.Globalization;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Reporting;

/// <summary>The confusion matrix as a picture: blue on the diagonal, vermilion off it, the darker the larger a cell's share of its row.</summary>
internal static class ConfusionPicture
{
    private const int Margin = 32;
    private const float TextSize = 20;
    private const float SmallSize = 17;
    private const float LargestCell = 84;
    private const float SmallestCell = 12;
    private const float MatrixSide = 1400;

    /// <summary>Below this a number does not fit into a cell.</summary>
    private const float CellWithNumber = 56;

    private const int LongestName = 16;
    private const string Rows = "asked for";

    /// <summary>Drawn at twice the size that it is meant to be shown at.</summary>
    /// <param name="counts">[label][read].</param>
    /// <param name="classes">The labels and their names.</param>
    public static SKBitmap Draw(int[][] counts, IReadOnlyList<ClassEvaluation> classes)
    {
        int n = counts.Length;
        float cell = MathF.Floor(Math.Clamp(MatrixSide / n, SmallestCell, LargestCell));
        string[] names = [.. classes.Select(Name)];
        // Of many classes every k-th is named.
        int every = (int)MathF.Ceiling(SmallSize * 1.8f / cell);
        float left = Margin + Math.Max(names.Max(name => StrokeFont.Measure(name, TextSize)), StrokeFont.Measure(Rows, SmallSize)) + 20, top = Margin + 84;
        float right = left + (n * cell), share = StrokeFont.Measure("100.0%", SmallSize) + 20;
        var picture = new SKBitmap((int)(right + share + Margin), (int)(top + (n * cell) + Margin), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(picture);
        canvas.Clear(Palette.Paper);
        StrokeFont.Draw(canvas, Rows, Margin, top - 20, SmallSize, Palette.FadedInk);
        StrokeFont.Draw(canvas, "read as", left, Margin + SmallSize, SmallSize, Palette.FadedInk);
        StrokeFont.Draw(canvas, "right", right + share, top - 20, SmallSize, Palette.FadedInk, TextAlign.Right);
        for (int label = 0; label < n; label++)
        {
            float y = top + (label * cell), baseline = y + (cell / 2) + (TextSize / 2);
            int all = counts[label].Sum();
            for (int read = 0; read < n; read++)
                DrawCell(canvas, SKRect.Create(left + (read * cell), y, cell, cell), counts[label][read], all, label == read);
            if (label % every != 0)
                continue;
            StrokeFont.Draw(canvas, names[label], Margin, baseline, TextSize, Palette.Ink);
            StrokeFont.Draw(canvas, classes[label].Label.ToString(CultureInfo.InvariantCulture), left + ((label + 0.5f) * cell), top - 20, TextSize, Palette.Ink, TextAlign.Center);
            string correct = all == 0 ? "-" : (100.0 * counts[label][label] / all).ToString("0.0", CultureInfo.InvariantCulture) + "%";
            StrokeFont.Draw(canvas, correct, right + share, y + (cell / 2) + (SmallSize / 2), SmallSize, Palette.Ink, TextAlign.Right);
        }
        return picture;
    }

    private static void DrawCell(SKCanvas canvas, SKRect area, int count, int all, bool isRight)
    {
        double share = all == 0 ? 0 : count / (double)all;
        // The root makes single errors visible beside hundreds of right ones.
        double shade = count == 0 ? 0 : 0.08 + (0.92 * Math.Sqrt(share));
        using var fill = new SKPaint { Color = Mix(isRight ? Palette.Blue : Palette.Vermilion, shade) };
        float gap = area.Width >= CellWithNumber ? 2 : 0.5f;
        canvas.DrawRect(new SKRect(area.Left + gap, area.Top + gap, area.Right - gap, area.Bottom - gap), fill);
        if (area.Width < CellWithNumber || count == 0)
            return;
        string text = count.ToString(CultureInfo.InvariantCulture);
        float size = Math.Min(TextSize, TextSize * (area.Width - 12) / StrokeFont.Measure(text, TextSize));
        StrokeFont.Draw(canvas, text, area.MidX, area.MidY + (size / 2), size, shade > 0.55 ? Palette.Paper : Palette.Ink, TextAlign.Center);
    }

    private static SKColor Mix(SKColor color, double share)
    {
        // An empty cell is a little darker than the paper, so that the matrix keeps its form.
        if (share <= 0)
            return new SKColor(0xF4, 0xF6, 0xF8);
        byte Between(byte paper, byte ink) => (byte)Math.Round(paper + (share * (ink - paper)));
        return new SKColor(Between(Palette.Paper.Red, color.Red), Between(Palette.Paper.Green, color.Green), Between(Palette.Paper.Blue, color.Blue));
    }

    /// <summary>Number and name, or the number alone where that is the name.</summary>
    private static string Name(ClassEvaluation c)
    {
        string number = c.Label.ToString(CultureInfo.InvariantCulture);
        string name = c.Name == number ? number : $"{number} {c.Name}";
        return name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
    }
}
