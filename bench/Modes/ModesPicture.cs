using System.Globalization;
using GpuCgan.Host.Rendering;
using SkiaSharp;

namespace GpuCgan.Modes;

/// <summary>Clouds of points side by side, over rings of 3σ around the modes.</summary>
internal static class ModesPicture
{
    private const int Columns = 4;
    private const float Panel = 380;
    private const float Gap = 28;
    private const float Heading = 66;
    private const float Edge = 32;

    /// <summary>Draws panels in rows of four, meant to be shown at half their size.</summary>
    /// <param name="panels">A name and [count, 2] points in [−1, 1].</param>
    public static SKBitmap Draw(IReadOnlyList<(string Name, float[] Points)> panels)
    {
        int rows = (panels.Count + Columns - 1) / Columns, columns = Math.Min(Columns, panels.Count);
        var bitmap = new SKBitmap(
            (int)(2 * Edge + columns * Panel + (columns - 1) * Gap), (int)(2 * Edge + rows * (Panel + Heading) + (rows - 1) * Gap), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Palette.Paper);
        for (int i = 0; i < panels.Count; i++)
        {
            float left = Edge + i % Columns * (Panel + Gap), top = Edge + i / Columns * (Panel + Heading + Gap) + Heading;
            var count = GaussianGrid.Count(panels[i].Points);
            StrokeFont.Draw(canvas, panels[i].Name, left, top - 40, 21, Palette.Ink, weight: 0.14f);
            StrokeFont.Draw(
                canvas, string.Create(CultureInfo.InvariantCulture, $"{count.Covered} modes, {count.Held} held, {100 * count.HighQuality:0.0} %"),
                left, top - 12, 15, Palette.FadedInk);
            DrawCloud(canvas, new SKRect(left, top, left + Panel, top + Panel), panels[i].Points);
        }
        return bitmap;
    }

    private static void DrawCloud(SKCanvas canvas, SKRect area, float[] points)
    {
        using var frame = new SKPaint { Color = Palette.Axis, Style = SKPaintStyle.Stroke, StrokeWidth = 1.5f };
        using var ring = new SKPaint { Color = Palette.Vermilion, Style = SKPaintStyle.Stroke, StrokeWidth = 1.2f, IsAntialias = true };
        using var dot = new SKPaint { Color = Palette.Blue.WithAlpha(0x70), IsAntialias = true };
        // A margin beyond what the data reach, for points of a G that go astray.
        const double reach = 1.12 * GaussianGrid.Reach;
        SKPoint At(double x, double y) => new((float)(area.MidX + x / reach * area.Width / 2), (float)(area.MidY - y / reach * area.Height / 2));
        canvas.DrawRect(area, frame);
        canvas.Save();
        canvas.ClipRect(area);
        for (int mode = 0; mode < GaussianGrid.Modes; mode++)
        {
            var (x, y) = GaussianGrid.Mean(mode);
            canvas.DrawCircle(At(x, y), (float)(3 * GaussianGrid.Deviation / reach * area.Width / 2) + 2, ring);
        }
        for (int i = 0; i < points.Length; i += 2)
            canvas.DrawCircle(At(points[i] * GaussianGrid.Reach, points[i + 1] * GaussianGrid.Reach), 1.8f, dot);
        canvas.Restore();
    }
}
