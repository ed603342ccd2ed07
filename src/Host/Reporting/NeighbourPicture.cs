using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Reporting;

/// <summary>Generated images, each followed by the training images nearest to it: memorisation would show as pairs that are the same.</summary>
internal static class NeighbourPicture
{
    private const int Neighbours = 4;
    private const int ImagesAClass = 2;
    private const int MostClasses = 20;
    private const float CellSide = 112;
    private const int Gap = 10;
    private const int GapBehindGenerated = 36;
    private const int GroupGap = 64;
    private const int Margin = 32;
    private const float LabelSize = 24;
    private const float TextSize = 15;
    private const float LongestLabel = 220;
    private const float TextRoom = 34;
    private const float HeadRoom = 64;

    /// <summary>Drawn at twice the size that it is meant to be shown at.</summary>
    public static SKBitmap Draw(ImageDataSet generated, ImageDataSet train, ParallelOptions cores)
    {
        int[] classes = Enumerable.Range(0, train.ClassNames.Count).Where(c => generated.Labels.Span.Contains(c)).Take(MostClasses).ToArray();
        var shown = generated.Sample([.. Enumerable.Range(0, train.ClassNames.Count).Select(c => classes.Contains(c) ? Math.Min(ImagesAClass, generated.Labels.Span.Count(c)) : 0)]);
        int neighbours = Math.Min(Neighbours, train.Count);
        var nearest = NearestImages.Of(shown, train, neighbours, cores);

        int scale = Math.Max(1, (int)MathF.Round(CellSide / Math.Max(train.Height, train.Width)));
        float width = train.Width * scale, height = train.Height * scale, pitch = width + Gap, group = ((neighbours + 1) * pitch) - Gap + GapBehindGenerated;
        string[] names = [.. classes.Select(c => Fit(train.ClassNames[c]))];
        float left = Margin + names.Max(name => StrokeFont.Measure(name, LabelSize)) + 24, top = Margin + HeadRoom, line = height + TextRoom;
        var picture = new SKBitmap(
            (int)(left + (ImagesAClass * (group + GroupGap)) - GroupGap + Margin), (int)(top + (classes.Length * line) + Margin - (TextRoom / 2)), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(picture);
        canvas.Clear(Palette.Paper);
        using var frame = new SKPaint { Color = Palette.Vermilion, Style = SKPaintStyle.Stroke, StrokeWidth = 5, IsAntialias = true };
        for (int g = 0; g < ImagesAClass; g++)
        {
            float x = left + (g * (group + GroupGap));
            StrokeFont.Draw(canvas, "generated", x + (width / 2), Margin + 24, TextSize + 2, Palette.Vermilion, TextAlign.Center, weight: 0.14f);
            StrokeFont.Draw(canvas, "nearest training images", x + pitch + GapBehindGenerated, Margin + 24, TextSize + 2, Palette.Ink, weight: 0.14f);
        }
        var drawn = new int[train.ClassNames.Count];
        for (int i = 0; i < shown.Count; i++)
        {
            int label = shown.Labels.Span[i], row = Array.IndexOf(classes, label);
            float x = left + (drawn[label]++ * (group + GroupGap)), y = top + (row * line);
            StrokeFont.Draw(canvas, names[row], Margin, y + (height / 2) + (LabelSize / 2), LabelSize, Palette.Ink);
            ImageTile.Draw(canvas, shown.Image(i), train.Height, train.Width, SKRect.Create(x, y, width, height));
            canvas.DrawRect(SKRect.Create(x - 2, y - 2, width + 4, height + 4), frame);
            for (int n = 0; n < neighbours; n++)
            {
                float at = x + ((n + 1) * pitch) + GapBehindGenerated;
                ImageTile.Draw(canvas, train.Image(nearest[i][n].Image), train.Height, train.Width, SKRect.Create(at, y, width, height));
                StrokeFont.Draw(canvas, nearest[i][n].Distance.ToString("0.000", CultureInfo.InvariantCulture), at + (width / 2), y + height + TextSize + 5, TextSize, Palette.FadedInk, TextAlign.Center);
            }
        }
        return picture;
    }

    private static string Fit(string name)
    {
        for (int length = name.Length; length > 0; length--)
        {
            string text = length == name.Length ? name : name[..length] + "…";
            if (StrokeFont.Measure(text, LabelSize) <= LongestLabel)
                return text;
        }
        return name;
    }
}
