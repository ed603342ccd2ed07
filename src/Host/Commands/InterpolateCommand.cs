using System.CommandLine;
using System.Globalization;
using GpuCgan.Host.Interpolation;
using GpuCgan.Host.Rendering;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary><c>interpolate RUN</c>: a walk between latent vectors, or from a label to another, as a sheet or an animation.</summary>
internal static class InterpolateCommand
{
    private const int StepsOfSheet = 10;
    private const int StepsOfAnimation = 25;
    private const int MostImages = 20_000;

    /// <summary>More rows or columns are no picture that anyone looks at.</summary>
    private const int MostRows = 256;

    private const int MostFrames = 600;

    /// <summary>The sheet that <c>train</c> draws at its end and <c>interpolate</c> without options.</summary>
    /// <param name="recipe">Of the network.</param>
    /// <param name="names">The classes' names, one a label of the network.</param>
    public static LatentWalk Default(Recipe recipe, IReadOnlyList<string> names) =>
        new() { Labels = recipe.HasLabels ? [.. Enumerable.Range(0, names.Count)] : [], Names = names, Seeds = [0, 1], Steps = StepsOfSheet };

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory or a checkpoint file." };
        var from = new Option<string?>("--from") { Description = "Walk from this label …", HelpName = "L" };
        var to = new Option<string?>("--to") { Description = "… to this one. Without both, the walk is between latent vectors.", HelpName = "L" };
        var labels = new Option<string?>("--labels") { Description = "Labels of a walk between latent vectors, such as cat,dog or 0-4,7. Default: all.", HelpName = "L" };
        var seed = CommonOptions.Seed("Walk between latent vectors: from this seed to the next. Between labels: the one to draw. Default: 0.");
        var seeds = new Option<string?>("--seeds") { Description = "Walk through these seeds, such as 0-3; between labels, the ones to draw. Default: 0-1; between labels or animated more.", HelpName = "S" };
        var steps = CommonOptions.Positive("--steps", "Images from one end to the other, both counted. Default: 10, animated 25.");
        var format = new Option<string>("--format") { Description = "png: one sheet; apng: an animation, which every browser plays.", HelpName = "png|apng", DefaultValueFactory = _ => "png" };
        var output = new Option<string?>("--out") { Description = "The file to write. Default: interpolation….png in the run, where its report finds it.", HelpName = "PATH" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var command = new Command("interpolate", "Walk between latent vectors, or from a label to another.") { run, from, to, labels, seed, seeds, steps, format, output, device, threads };
        command.SetAction(parsed =>
        {
            string kind = parsed.GetValue(format)!;
            if (kind is not ("png" or "apng"))
                throw new UsageException($"--format '{kind}': expected png or apng.");
            bool animated = kind == "apng";
            string? first = parsed.GetValue(from), last = parsed.GetValue(to);
            if (first is null != last is null)
                throw new UsageException($"--{(first is null ? "to" : "from")} '{first ?? last}': a walk between labels has two ends; give --{(first is null ? "from" : "to")} too.");
            if (first is not null && parsed.GetValue(labels) is { } both)
                throw new UsageException($"--labels '{both}': a walk between labels has --from and --to alone; use either.");
            int images = parsed.GetValue(steps) ?? (animated ? StepsOfAnimation : StepsOfSheet);
            if (images is < 2 or > MostRows)
                throw new UsageException($"--steps {images}: expected 2 to {MostRows}, both ends counted.");

            var source = new SampledRun(parsed.GetValue(run)!);
            source.CheckLabels("--from", first);
            source.CheckLabels("--labels", parsed.GetValue(labels));
            if (first is not null)
            {
                var walk = new LabelWalk
                {
                    From = Single("--from", first, source.Names), To = Single("--to", last!, source.Names), Names = source.Names,
                    Seeds = Seeds(parsed.GetValue(seed), parsed.GetValue(seeds), 8, 1, 1), Steps = images,
                };
                int frames = animated ? 2 * (images - 1) : 1;
                Check(walk.Seeds.Length, walk.Seeds.Length * images, frames);
                string path = parsed.GetValue(output) ?? source.PictureFile(string.Create(CultureInfo.InvariantCulture, $"-{walk.From}-to-{walk.To}{(animated ? "-animated" : "")}"));
                return Write(source, path, CommonOptions.Open(parsed.GetValue(device)!, parsed.GetValue(threads)), animated ? frames : null, walk.Grid, walk.Frames);
            }
            else
            {
                var walk = Default(source.Header.Recipe, source.Names) with { Seeds = Seeds(parsed.GetValue(seed), parsed.GetValue(seeds), animated ? 4 : 2, 2, 2), Steps = images };
                if (parsed.GetValue(labels) is { } list)
                    walk = walk with { Labels = LabelList.Parse(list, source.Names) };
                int frames = animated ? walk.Seeds.Length * (images - 1) : 1;
                int rows = ((walk.Seeds.Length - 1) * (images - 1)) + 1;
                Check(animated ? 1 : rows, walk.Columns * rows, frames);
                string path = parsed.GetValue(output) ?? source.PictureFile(animated ? "-animated" : "");
                return Write(source, path, CommonOptions.Open(parsed.GetValue(device)!, parsed.GetValue(threads)), animated ? frames : null, walk.Grid, walk.Frames);
            }
        });
        return command;
    }

    private static int Write(
        SampledRun source, string path, Kernels.Devices.ComputeDevice opened, int? frames, Func<ConditionalGan, SampleGridPicture> grid, Func<ConditionalGan, IEnumerable<SampleGridPicture>> walk)
    {
        using var device = opened;
        using var gan = GanCheckpoint.Load(device, source.Checkpoint);
        try
        {
            if (frames is { } count)
            {
                AtomicFile.Write(path, stream => WalkAnimation.Write(stream, count, walk(gan)));
            }
            else
            {
                using var sheet = grid(gan).Draw();
                PngFile.Write(path, sheet);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--out '{path}': cannot be written: {e.Message}");
        }
        Console.Out.WriteLine(path);
        return ExitCode.Done;
    }

    private static void Check(int rows, int images, int frames)
    {
        if (rows > MostRows)
            throw new UsageException($"--seeds: {rows} rows do not fit one sheet; use at most {MostRows}.");
        if (frames > MostFrames)
            throw new UsageException($"--steps: {frames} frames are too many for one animation; use at most {MostFrames}.");
        if (images > MostImages)
            throw new UsageException($"--steps: {images} images in all; at most {MostImages} at once.");
    }

    private static int Single(string option, string text, IReadOnlyList<string> names) => LabelList.Parse(text, names) is [var label]
        ? label
        : throw new UsageException($"{option} '{text}': an end of the walk is one label.");

    /// <param name="seed">The value of <c>--seed</c>.</param>
    /// <param name="seeds">The value of <c>--seeds</c>.</param>
    /// <param name="byDefault">How many seeds, from 0, where neither is given.</param>
    /// <param name="ofOne">How many seeds one stands for.</param>
    /// <param name="fewest">How many there must be.</param>
    private static ulong[] Seeds(ulong? seed, string? seeds, int byDefault, int ofOne, int fewest)
    {
        if (seed is not null && seeds is not null)
            throw new UsageException("--seed and --seeds both give the noise; use one.");
        if (seeds is null)
            return [.. Enumerable.Range(0, seed is null ? byDefault : ofOne).Select(i => unchecked((seed ?? 0) + (ulong)i))];
        ulong[] all = SeedList.Parse(seeds);
        return all.Length >= fewest ? all : throw new UsageException($"--seeds '{seeds}': a walk between latent vectors has two ends; write such as {all[0]}-{unchecked(all[0] + 1)}.");
    }
}
