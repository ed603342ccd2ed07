using System.CommandLine;
using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Host.Rendering;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using SkiaSharp;

namespace GpuCgan.Host.Commands;

/// <summary><c>sample RUN</c>: images for labels from a checkpoint, as a sheet, a folder of PNG files or a pair of IDX files.</summary>
internal static class SampleCommand
{
    private const long MostImages = 1_000_000;

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory or a checkpoint file." };
        var labels = new Option<string?>("--labels") { Description = "Labels by name or number, such as cat,dog, 0-9 or 0-4,7. Default: all.", HelpName = "L" };
        var count = CommonOptions.Positive("--count", "Images a label. Default: 8; without labels 80 in all.");
        var seed = CommonOptions.Seed("The seed of the noise. Default: 0.");
        var seeds = new Option<string?>("--seeds") { Description = "Several seeds, such as 0-9: --count images of each.", HelpName = "S" };
        var format = new Option<string>("--format") { Description = "png: one sheet; folder: a PNG an image; idx: MNIST's file format.", HelpName = "png|folder|idx", DefaultValueFactory = _ => "png" };
        var output = new Option<string?>("--out") { Description = "The file (png) or folder (folder, idx) to write. Default: samples.png or samples.", HelpName = "PATH" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("sample", "Draw images for labels from a trained run.") { run, labels, count, seed, seeds, format, output, device, threads };
        command.SetAction(parsed =>
        {
            string kind = parsed.GetValue(format)!;
            if (kind is not ("png" or "folder" or "idx"))
                throw new UsageException($"--format '{kind}': expected png, folder or idx.");
            if (parsed.GetValue(seed) is not null && parsed.GetValue(seeds) is not null)
                throw new UsageException("--seed and --seeds both give the noise; use one.");
            var source = new SampledRun(parsed.GetValue(run)!);
            var (header, names) = (source.Header, source.Names);
            source.CheckLabels("--labels", parsed.GetValue(labels));
            bool hasLabels = header.Recipe.HasLabels;
            int[] asked = !hasLabels ? [0] : parsed.GetValue(labels) is { } list ? LabelList.Parse(list, names) : [.. Enumerable.Range(0, header.Classes)];
            var seedList = parsed.GetValue(seeds) is { } range ? SeedList.Parse(range) : [parsed.GetValue(seed) ?? 0];
            int each = parsed.GetValue(count) ?? (hasLabels ? 8 : 8 * SampleSheet.Columns);
            if ((long)each * asked.Length * seedList.Length > MostImages)
                throw new UsageException($"--count {each}: {(long)each * asked.Length * seedList.Length} images in all; at most {MostImages} at once.");
            using var opened = CommonOptions.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            using var gan = GanCheckpoint.Load(opened, source.Checkpoint);
            string path = parsed.GetValue(output) ?? (kind == "png" ? "samples.png" : "samples");
            Write(kind, path, Draw(gan, asked, each, seedList), gan.Image, header.Step, hasLabels ? names : null, asked, each * seedList.Length);
            Console.Out.WriteLine(path);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>[labels, seeds·count, pixels].</summary>
    private static float[] Draw(ConditionalGan gan, int[] labels, int count, ulong[] seeds)
    {
        if (seeds.Length == 1)
            return gan.Sample(labels, 0, count, seeds[0]);
        int block = count * gan.Image.Pixels;
        var all = new float[(long)labels.Length * seeds.Length * block];
        for (int s = 0; s < seeds.Length; s++)
        {
            var images = gan.Sample(labels, 0, count, seeds[s]);
            for (int label = 0; label < labels.Length; label++)
                images.AsSpan(label * block, block).CopyTo(all.AsSpan((label * seeds.Length + s) * block));
        }
        return all;
    }

    /// <param name="kind">The value of <c>--format</c>.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="images">[labels, rows, pixels].</param>
    /// <param name="shape">One image's shape.</param>
    /// <param name="step">The checkpoint's.</param>
    /// <param name="names">The classes' names; null for images without labels.</param>
    /// <param name="labels">Those that were drawn.</param>
    /// <param name="rows">Images a label.</param>
    private static void Write(string kind, string path, float[] images, ImageShape shape, long step, IReadOnlyList<string>? names, int[] labels, int rows)
    {
        try
        {
            if (kind == "png")
            {
                int lines = names is null ? (rows - 1) / SampleSheet.Columns + 1 : rows;
                if (lines > 256)
                    throw new UsageException($"--count: {lines} rows do not fit one sheet; use at most 256, or --format folder or idx.");
                string footer = string.Create(CultureInfo.InvariantCulture, $"step {step}");
                if (names is null)
                    SampleSheet.Write(path, images, shape, footer);
                else
                    SampleSheet.Write(path, images, shape, [.. labels.Select(label => names[label])], rows, footer);
            }
            else if (kind == "folder")
            {
                WriteFolder(path, images, shape, names is null ? [""] : ClassFolders.For(names), labels, rows);
            }
            else
            {
                WriteIdx(path, images, shape, names is null ? [] : labels, labels.Length * rows);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out '{path}': cannot be written: {e.Message}");
        }
    }

    /// <summary>PATH/CLASS/0000.png; without labels PATH/0000.png.</summary>
    private static void WriteFolder(string path, float[] images, ImageShape shape, IReadOnlyList<string> folders, int[] labels, int rows)
    {
        for (int label = 0; label < labels.Length; label++)
        {
            string folder = Path.Combine(path, folders[labels[label]]);
            Directory.CreateDirectory(folder);
            for (int i = 0; i < rows; i++)
            {
                var pixels = images.AsSpan((label * rows + i) * shape.Pixels, shape.Pixels);
                using var bitmap = Picture(pixels, shape);
                PngFile.Write(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{i:0000}.png")), bitmap);
            }
        }
    }

    private static SKBitmap Picture(ReadOnlySpan<float> pixels, ImageShape shape)
    {
        var bitmap = new SKBitmap(shape.Width, shape.Height);
        int plane = shape.Height * shape.Width;
        for (int y = 0; y < shape.Height; y++)
        {
            for (int x = 0; x < shape.Width; x++)
            {
                int at = y * shape.Width + x;
                byte red = PixelLevels.Of(pixels[at]);
                bitmap.SetPixel(x, y, shape.Channels == 3 ? new SKColor(red, PixelLevels.Of(pixels[plane + at]), PixelLevels.Of(pixels[2 * plane + at])) : new SKColor(red, red, red));
            }
        }
        return bitmap;
    }

    /// <summary>Images, and labels where there are some.</summary>
    private static void WriteIdx(string path, float[] images, ImageShape shape, int[] labels, int count)
    {
        if (shape.Channels != 1)
            throw new UsageException($"--format idx: the format holds one channel, these images have {shape.Channels}; use --format folder.");
        Directory.CreateDirectory(path);
        IdxFile.WriteImages(Path.Combine(path, "images-idx3-ubyte"), PixelLevels.Of(images), count, shape.Height, shape.Width);
        if (labels.Length > 0)
            IdxFile.WriteLabels(Path.Combine(path, "labels-idx1-ubyte"), labels.SelectMany(l => Enumerable.Repeat((byte)l, count / labels.Length)).ToArray());
    }
}
