using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Host.Reporting;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Training;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary>Turns the options of <c>train</c> into a run, new or resumed, and carries it out.</summary>
internal static class TrainPlan
{
    /// <summary>Checkpoints kept by default.</summary>
    internal const int DefaultKeep = 3;

    public static int Run(ParseResult parsed) => parsed.GetValue(TrainCommand.Resume) is { } resume ? Resume(parsed, resume) : Start(parsed);

    private static int Start(ParseResult parsed)
    {
        var recipe = WithOverrides(RecipeFile.Load(parsed.GetValue(TrainCommand.Recipe) ?? RecipeFile.Default), parsed);
        var request = TrainCommand.Data.Read(parsed);
        var data = DataSets.Load(request).Train;
        CheckBatch(recipe, data);
        using var device = CommonOptions.Open(parsed.GetValue(TrainCommand.Device)!, parsed.GetValue(TrainCommand.Threads), plainLaunches: parsed.GetValue(TrainCommand.PlainLaunches), precision: parsed.GetValue(TrainCommand.Precision));
        var options = Options(parsed, recipe, data, request, device);
        using var gan = new ConditionalGan(device, recipe, ShapeOf(data), data.ClassNames.Count, options.Seed);
        bool quiet = parsed.GetValue(TrainCommand.Quiet);
        if (parsed.GetValue(TrainCommand.DryRun))
        {
            Introduce(gan, options, data, null);
            return ExitCode.Done;
        }
        var run = RunDirectory.Create(parsed.GetValue(TrainCommand.Out) ?? "runs", parsed.GetValue(TrainCommand.Name) ?? $"{data.Name}-{recipe.Name}");
        run.WriteOptions(options.ToJson());
        return Train(gan, options, run, data, quiet);
    }

    private static int Resume(ParseResult parsed, string resume)
    {
        var run = RunDirectory.Open(resume);
        var earlier = run.ReadOptions();
        string checkpoint = RunDirectory.FindCheckpoint(resume);
        var header = GanCheckpoint.ReadHeader(checkpoint);
        RunOptions.CheckRecipe(earlier, header, run.OptionsFile, checkpoint);
        RefuseContradictions(parsed, earlier, header, run);

        var request = RunOptions.Data(earlier, run.OptionsFile);
        if (parsed.GetValue(TrainCommand.Data.DataDirectory) is { } directory)
            request = request with { DataDirectory = Path.GetFullPath(directory) };
        var data = DataSets.Load(request).Train;
        if (data.ContentHash != RunOptions.Text(earlier, "data_sha256", run.OptionsFile))
            throw new InvalidDataException($"{run.OptionsFile}: data '{request.NameOrPath}' is not what this run was trained on (its SHA-256 differs); name the folder with --data-dir.");
        // A run goes on as it began. Those of earlier versions do not say how, and were fp32.
        var precision = parsed.GetValue(TrainCommand.Precision) ?? ((string?)earlier["precision"] == CommonOptions.Tf32 ? Precision.Tf32 : Precision.Fp32);
        using var device = CommonOptions.Open(parsed.GetValue(TrainCommand.Device)!, parsed.GetValue(TrainCommand.Threads), plainLaunches: parsed.GetValue(TrainCommand.PlainLaunches), precision: precision);
        using var gan = GanCheckpoint.Load(device, checkpoint);
        var options = Options(parsed, header.Recipe, data, request, device) with { Seed = header.Seed };
        if (parsed.GetValue(TrainCommand.Steps) is null && parsed.GetValue(TrainCommand.Epochs) is null)
            options = options with { Steps = RunOptions.Number(earlier, "steps", run.OptionsFile) };
        options = options with
        {
            SampleInterval = parsed.GetValue(TrainCommand.SampleInterval) ?? (int)RunOptions.Number(earlier, "sample_interval", run.OptionsFile),
            CheckpointInterval = parsed.GetValue(TrainCommand.CheckpointInterval) ?? (int)RunOptions.Number(earlier, "checkpoint_interval", run.OptionsFile),
            LogInterval = (int)RunOptions.Number(earlier, "log_interval", run.OptionsFile),
            KeepCheckpoints = parsed.GetValue(TrainCommand.Keep) ?? (int)RunOptions.Number(earlier, "keep_checkpoints", run.OptionsFile),
        };
        if (options.Steps <= gan.Step)
            throw new UsageException($"--resume {resume}: its {gan.Step} steps are done; ask for more with --steps or --epochs.");
        if (parsed.GetValue(TrainCommand.DryRun))
        {
            Introduce(gan, options, data, run);
            return ExitCode.Done;
        }
        run.WriteOptions(options.ToJson());
        return Train(gan, options, run, data, parsed.GetValue(TrainCommand.Quiet));
    }

    private static int Train(ConditionalGan gan, TrainingOptions options, RunDirectory run, ImageDataSet data, bool quiet)
    {
        if (!quiet)
            Introduce(gan, options, data, run);
        gan.Load(data.Pixels.Span, data.LabelBytes());
        gan.Plan(options.Steps);
        using var signals = new StopSignals();
        TrainingSession session;
        int stopped;
        long firstStep = gan.Step;
        using (IProgressDisplay progress = quiet ? new QuietProgress() : Messages.IsTerminal ? new TerminalProgress() : new PlainProgress())
        {
            session = new TrainingSession(gan, options, run, data, progress);
            stopped = session.Run(signals);
        }
        RunPictures.Draw(gan, run, data.ClassNames);
        RunReport.Write(run);
        if (!quiet)
        {
            string end = stopped == 0 ? "trained" : "stopped by a signal after";
            double seconds = session.TrainingTime.TotalSeconds;
            Messages.Line(string.Create(CultureInfo.InvariantCulture,
                $"{end} {gan.Step - firstStep} steps in {seconds:0.0} s, {(gan.Step - firstStep) * (double)options.Recipe.BatchSize / seconds:0} images/s"));
            if (stopped != 0)
                Messages.Line($"  to go on    gpucgan train --resume {run.Folder}");
            Messages.Line($"  samples     {session.LastSampleFile}");
            Messages.Line($"  losses      {run.LossesFile}");
            Messages.Line($"  checkpoint  {session.LastCheckpointFile}");
            Messages.Line($"  report      {run.ReportFile}");
            Messages.Line($"  how good    gpucgan evaluate {run.Folder}");
        }
        Console.Out.WriteLine(run.Folder);
        return stopped;
    }

    private static void Introduce(ConditionalGan gan, TrainingOptions options, ImageDataSet data, RunDirectory? run)
    {
        var (g, d) = gan.ParameterCounts;
        Messages.Line(string.Create(CultureInfo.InvariantCulture, $"data     {data.Name}: {data.Count} training images of {gan.Image}, {gan.Classes} classes"));
        Messages.Line($"source   {data.Source}");
        Messages.Line(string.Create(CultureInfo.InvariantCulture, $"recipe   {options.Recipe.Name}: G {g:N0} and D {d:N0} parameters, batch {options.Recipe.BatchSize}, seed {options.Seed}"));
        Messages.Line($"device   {options.Device}: {options.DeviceName}");
        Messages.Line($"backend  {DeviceCatalog.Backend}");
        Messages.Line(string.Create(CultureInfo.InvariantCulture, $"length   {options.Steps} steps, {options.EpochAt(options.Steps):0.#} epochs{(options.MaxTime is { } t ? $", at most {ProgressText.Time(t)}" : "")}"));
        if (run is not null)
            Messages.Line($"run      {run.Folder}");
    }

    private static Recipe WithOverrides(Recipe recipe, ParseResult parsed)
    {
        if (parsed.GetValue(TrainCommand.BatchSize) is { } batch)
            recipe = recipe with { BatchSize = batch };
        if (parsed.GetValue(TrainCommand.LearningRate) is { } rate)
            recipe = recipe with { GeneratorLearningRate = rate, DiscriminatorLearningRate = rate };
        RecipeFile.Check(recipe, $"recipe '{recipe.Name}'");
        return recipe;
    }

    private static void CheckBatch(Recipe recipe, ImageDataSet data)
    {
        if (recipe.BatchSize > data.Count)
            throw new UsageException($"--batch-size {recipe.BatchSize}: larger than the training data, {data.Count} images of '{data.Name}'.");
    }

    private static ImageShape ShapeOf(ImageDataSet data) => new(data.Height, data.Width, data.Channels);

    private static TrainingOptions Options(
        ParseResult parsed, Recipe recipe, ImageDataSet data, DataRequest request, ComputeDevice device)
    {
        if (parsed.GetValue(TrainCommand.Steps) is not null && parsed.GetValue(TrainCommand.Epochs) is not null)
            throw new UsageException("--steps and --epochs both give the run's length; use one.");
        long steps = parsed.GetValue(TrainCommand.Steps)
            ?? TrainingOptions.StepsFor(parsed.GetValue(TrainCommand.Epochs) ?? DefaultEpochs(data.Count), data.Count, recipe.BatchSize * recipe.NCritic);
        int interval = DefaultInterval(steps, recipe.BatchSize * recipe.NCritic, data.Count);
        return new TrainingOptions
        {
            Recipe = recipe,
            Data = request,
            DataHash = data.ContentHash,
            TrainingImages = data.Count,
            Split = data.SplitNote,
            Device = device.Id,
            DeviceName = device.Name,
            Precision = CommonOptions.NameOf(device.Precision),
            Seed = parsed.GetValue(TrainCommand.Seed) ?? 0,
            Steps = steps,
            SampleInterval = parsed.GetValue(TrainCommand.SampleInterval) ?? interval,
            CheckpointInterval = parsed.GetValue(TrainCommand.CheckpointInterval) ?? interval,
            LogInterval = (int)Math.Clamp(steps / 400, 1, 100),
            KeepCheckpoints = parsed.GetValue(TrainCommand.Keep) ?? DefaultKeep,
            MaxTime = parsed.GetValue(TrainCommand.MaxTime),
        };
    }

    /// <summary>Whole epochs that make about <see cref="TrainingOptions.DefaultSteps"/> steps of 64 images, whatever the batch.</summary>
    internal static int DefaultEpochs(int images) => Math.Max(1, (int)Math.Round(TrainingOptions.DefaultSteps * 64.0 / images));

    /// <summary>Epochs between sheets and between checkpoints: a tenth of the run.</summary>
    internal static int DefaultInterval(long steps, int batch, int images) => (int)Math.Max(1, steps * batch / images / 10);

    /// <summary>A resumed run goes on as it began: an option that says otherwise is refused by its name.</summary>
    private static void RefuseContradictions(ParseResult parsed, JsonObject earlier, CheckpointHeader header, RunDirectory run)
    {
        if (parsed.GetValue(TrainCommand.Recipe) is { } recipe && !RecipeFile.AreSame(WithOverrides(RecipeFile.Load(recipe), parsed), header.Recipe))
            throw Refuse("--recipe", recipe, header.Recipe.Name);
        if (parsed.GetValue(TrainCommand.BatchSize) is { } batch && batch != header.Recipe.BatchSize)
            throw Refuse("--batch-size", batch, header.Recipe.BatchSize);
        if (parsed.GetValue(TrainCommand.LearningRate) is { } rate && (rate != header.Recipe.GeneratorLearningRate || rate != header.Recipe.DiscriminatorLearningRate))
            throw Refuse("--lr", rate, header.Recipe.GeneratorLearningRate);
        if (parsed.GetValue(TrainCommand.Seed) is { } seed && seed != header.Seed)
            throw Refuse("--seed", seed, header.Seed);
        var asked = TrainCommand.Data.Read(parsed);
        var own = RunOptions.Data(earlier, run.OptionsFile);
        if (parsed.GetValue(TrainCommand.Data.Data) is not null && asked.NameOrPath != own.NameOrPath)
            throw Refuse("--data", asked.NameOrPath, own.NameOrPath);
        foreach (var option in TrainCommand.Data.HowToRead.Where(option => parsed.GetResult(option) is { Implicit: false }))
        {
            string field = option.Name[2..].Replace('-', '_');
            JsonNode? askedValue = asked.OptionsToJson()[field], ownValue = own.OptionsToJson()[field];
            if (!JsonNode.DeepEquals(askedValue, ownValue))
                throw Refuse(option.Name, askedValue, ownValue);
        }
        foreach (var option in (Option[])[TrainCommand.Out, TrainCommand.Name])
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name}: a resumed run stays in its directory, {run.Folder}.");
        }

        UsageException Refuse(string option, object? value, object? own) => new(string.Create(CultureInfo.InvariantCulture,
            $"{option} {value}: the run {run.Folder} was started {(own is null ? "without it" : $"with {own}")}; leave the option out, or start a new run."));
    }
}
