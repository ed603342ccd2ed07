using System.CommandLine;
using System.Diagnostics;
using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Output;
using GpuCgan.Host.Reporting;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Commands;

/// <summary><c>evaluate RUN</c>: how good the images of a run are, each score beside that of real images.</summary>
internal static class EvaluateCommand
{
    private const int DefaultCount = 10_000;
    private const int MostImages = 100_000;

    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run directory or a checkpoint file." };
        var data = new Option<string?>("--data") { Description = "Other data to compare with, of the same shape and classes. Default: the run's.", HelpName = "NAME|PATH" };
        var dataDirectory = new Option<string?>("--data-dir") { Description = "Where data files lie; also looked for in $GPUCGAN_DATA and the user's cache.", HelpName = "DIR" };
        var count = CommonOptions.Positive("--count", $"Images to generate in all. Default: as many as there are training images, at most {DefaultCount}.");
        var seed = CommonOptions.Seed("The seed of the generated images' noise. Default: 0.");
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var cache = new Option<string?>("--cache-dir") { Description = "Where trained classifiers are kept. Default: gpucgan/classifiers in the user's cache.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print the evaluation as JSON on standard output." };
        var quiet = new Option<bool>("--quiet") { Description = "Print no table and no progress." };
        var command = new Command("evaluate", "Score the images of a run: label accuracy, CAS, FID, precision, recall, density, coverage.")
        {
            run, data, dataDirectory, count, seed, device, threads, cache, json, quiet,
        };
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            var evaluated = new EvaluatedRun(parsed.GetValue(run)!);
            var split = evaluated.LoadData(parsed.GetValue(data), parsed.GetValue(dataDirectory));
            string folder = parsed.GetValue(cache) ?? DataFolders.ClassifierCache;
            if (folder.Length == 0)
                throw new UsageException("--cache-dir '': expected a folder.");
            int images = parsed.GetValue(count) ?? Math.Min(DefaultCount, split.Train.Count);
            bool hasLabels = evaluated.Header.Recipe.HasLabels;
            CheckCount(images, hasLabels ? evaluated.Header.Classes : 1);
            IStageDisplay stages = parsed.GetValue(quiet) ? new QuietStages() : new StageDisplay();
            using var opened = CommonOptions.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
            var cores = new ParallelOptions { MaxDegreeOfParallelism = parsed.GetValue(threads) ?? -1 };
            using var gan = GanCheckpoint.Load(opened, evaluated.Checkpoint);
            var store = new ClassifierStore(folder, opened, stages);
            ulong noise = parsed.GetValue(seed) ?? 0;
            var generated = GeneratedImages.Draw(gan, split.Train, images, noise, stages);
            var measured = new Evaluator(split, store, stages, cores).Measure(generated, hasLabels);
            var result = Result(evaluated, split, opened, noise, measured, clock.Elapsed);
            if (evaluated.Directory is { } directory)
                RunPictures.Draw(directory, split.Train, hasLabels ? generated : generated.Relabelled([.. measured.Read]), result, cores);
            Report(result, evaluated, parsed.GetValue(json), parsed.GetValue(quiet));
            return ExitCode.Done;
        });
        return command;
    }

    private static void CheckCount(int images, int classes)
    {
        int fewest = classes * Evaluator.FewestPerClass;
        if (images < fewest)
            throw new UsageException($"--count {images}: too few for scores; {(classes == 1 ? "they" : $"{classes} classes")} need at least {fewest}{(classes == 1 ? "" : $", {Evaluator.FewestPerClass} a class")}.");
        if (images > MostImages)
            throw new UsageException($"--count {images}: at most {MostImages} images at once.");
    }

    private static EvaluationResult Result(
        EvaluatedRun run, TrainTestSplit data, ComputeDevice device, ulong seed, Measurement measured, TimeSpan time) => new()
    {
        Format = EvaluationResult.CurrentFormat,
        Version = ProgramVersion.Text,
        Backend = DeviceCatalog.Backend,
        Device = device.Name,
        Checkpoint = Path.GetFileName(run.Checkpoint),
        Step = run.Header.Step,
        Recipe = run.Header.Recipe.Name,
        RunSeed = run.Header.Seed,
        Seed = seed,
        Data = new EvaluationData(
            data.Train.Name, data.Train.ContentHash, data.Test.ContentHash, data.Train.Count, data.Test.Count, data.Train.SplitNote, data.Train.ContentHash == run.DataHash),
        Classifier = measured.Classifier,
        Images = measured.Images,
        RealImages = measured.RealImages,
        Neighbours = Evaluator.Neighbours,
        Scores = measured.Scores,
        Classes = measured.Classes,
        Confusion = measured.Confusion,
        Note = run.Header.Recipe.HasLabels ? null : $"Recipe '{run.Header.Recipe.Name}' draws without labels: no label accuracy, no CAS, no classes.",
        Memorisation = measured.Memorisation,
        Seconds = Math.Round(time.TotalSeconds, 1),
    };

    /// <summary>The table to standard error; to standard output the JSON, or else where it lies.</summary>
    private static void Report(EvaluationResult result, EvaluatedRun run, bool json, bool quiet)
    {
        if (!quiet)
        {
            foreach (string line in EvaluationText.Of(result))
                Messages.Line(line);
            if (!result.Data.TrainedOn)
                Messages.Line($"The run was trained on other data than '{result.Data.Name}'.");
        }
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            output.Write(EvaluationFile.ToJson(result));
        }
        if (run.Directory is null)
            return;
        string path = Path.Combine(run.Directory.Folder, EvaluationFile.Name);
        EvaluationFile.Write(path, result);
        RunReport.Write(run.Directory);
        if (!json)
            Console.Out.WriteLine(path);
    }
}
