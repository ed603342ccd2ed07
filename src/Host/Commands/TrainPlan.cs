using System.CommandLine;
using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Host.Reporting;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Training;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary>Turns the options of <c>train</c> into a new run and carries it out; <see cref="ResumePlan"/> takes up an earlier one.</summary>
internal static class TrainPlan
{
    /// <summary>Checkpoints kept by default.</summary>
    internal const int DefaultKeep = 3;

    public static int Run(ParseResult parsed) => parsed.GetValue(TrainCommand.Resume) is { } resume ? ResumePlan.Run(parsed, resume) : Start(parsed);

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
        using var held = RunLock.Take(run);
        run.WriteOptions(options.ToJson());
        return Train(gan, options, run, data, quiet);
    }

    internal static int Train(ConditionalGan gan, TrainingOptions options, RunDirectory run, ImageDataSet data, bool quiet)
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

    internal static void Introduce(ConditionalGan gan, TrainingOptions options, ImageDataSet data, RunDirectory? run)
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

    internal static Recipe WithOverrides(Recipe recipe, ParseResult parsed)
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

    internal static TrainingOptions Options(
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
}
