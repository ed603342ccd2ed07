using System.Globalization;
using GpuCgan.Network.Checkpoints;
using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// The sheets of a run, one after the other, as an animation: the same noise under the same labels, from before the first step to the last. It is made of the sheets in the
/// run's folder, so a resumed run shows its whole history.
/// </summary>
internal static class Evolution
{
    private const string Prefix = "epoch-";
    private const string Suffix = ".png";

    /// <summary>More are more than anyone watches; with large sheets there are fewer, down to a few, so that the file stays some megabytes.</summary>
    private const int MostFrames = 60;

    private const int FewestFrames = 8;
    private const long MostPixels = 32_000_000;

    /// <summary>What the way to the last frame takes, where the frames' bounds allow it.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(9);

    private static readonly TimeSpan ShortestFrame = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan LongestFrame = TimeSpan.FromMilliseconds(700);

    /// <summary>The last frame stays: it is the result.</summary>
    private static readonly TimeSpan LastFrame = TimeSpan.FromSeconds(3);

    /// <summary>Writes the animation, whole or not at all; nothing where there is no sheet.</summary>
    /// <param name="samplesFolder">The run's sheets, <c>epoch-NNNN.png</c>.</param>
    /// <param name="path">The file.</param>
    /// <returns>Whether there was a sheet.</returns>
    public static bool Write(string samplesFolder, string path)
    {
        var sheets = Sheets(samplesFolder);
        if (sheets.Count == 0)
            return false;
        // A sheet's last line may be wider than its images, and then widths differ.
        int width = sheets.Max(sheet => sheet.Size.Width), height = sheets.Max(sheet => sheet.Size.Height);
        var frames = Thin(sheets, MostFramesOf(width, height));
        var shown = Clamp(Length / frames.Count);
        AtomicFile.Write(path, stream =>
        {
            var animation = new AnimatedPng(stream, width, height, frames.Count);
            using var frame = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
            using var canvas = new SKCanvas(frame);
            for (int i = 0; i < frames.Count; i++)
            {
                using var sheet = SKBitmap.Decode(frames[i].Path) ?? throw new IOException($"{frames[i].Path}: is no longer a picture");
                canvas.Clear(Palette.Paper);
                canvas.DrawBitmap(sheet, 0, 0);
                animation.Add(frame, i == frames.Count - 1 ? LastFrame : shown);
            }
            animation.Finish();
        });
        return true;
    }

    /// <summary>Frames of this size that an animation may have.</summary>
    internal static int MostFramesOf(int width, int height) => (int)Math.Clamp(MostPixels / ((long)width * height), FewestFrames, MostFrames);

    /// <summary>At most so many, evenly chosen, the first and the last among them.</summary>
    internal static IReadOnlyList<T> Thin<T>(IReadOnlyList<T> all, int most) => all.Count <= most
        ? all
        : [.. Enumerable.Range(0, most).Select(i => all[(int)Math.Round(i * (all.Count - 1.0) / (most - 1))])];

    private static TimeSpan Clamp(TimeSpan time) => time < ShortestFrame ? ShortestFrame : time > LongestFrame ? LongestFrame : time;

    /// <summary>The readable sheets in the order of their epochs. A file that is no picture is passed over: a run must not end in an error for it.</summary>
    private static List<(string Path, SKImageInfo Size)> Sheets(string folder)
    {
        var found = new List<(long Epoch, string Path, SKImageInfo Size)>();
        if (!Directory.Exists(folder))
            return [];
        foreach (string path in Directory.EnumerateFiles(folder, Prefix + "*" + Suffix))
        {
            string name = Path.GetFileName(path);
            if (!long.TryParse(name.AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch))
                continue;
            using var codec = SKCodec.Create(path);
            if (codec is not null)
                found.Add((epoch, path, codec.Info));
        }
        return [.. found.OrderBy(sheet => sheet.Epoch).Select(sheet => (sheet.Path, sheet.Size))];
    }
}
