using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Host.Runs;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary>
/// <c>train --resume RUN</c>: the run goes on from its newest whole checkpoint, or from the one that RUN names, with its own options. What each option of <c>train</c> means
/// then is in docs/checkpoints.md.
/// </summary>
internal static class ResumePlan
{
    public static int Run(ParseResult parsed, string resume)
    {
        var run = RunDirectory.Open(resume);
        bool isDryRun = parsed.GetValue(TrainCommand.DryRun);
        using var held = isDryRun ? null : RunLock.Take(run);
        var earlier = run.ReadOptions();
        string? checkpoint = File.Exists(resume) ? RunDirectory.FindCheckpoint(resume) : CheckpointSearch.NewestWhole(run, Messages.Warning)?.Path;
        var header = checkpoint is null ? null : GanCheckpoint.ReadHeader(checkpoint);
        if (header is not null)
            RunOptions.CheckRecipe(earlier, header, run.OptionsFile, checkpoint!);
        var recipe = header?.Recipe ?? RecipeFile.Parse(earlier["recipe"], $"{run.OptionsFile}: recipe");
        ulong seed = header?.Seed ?? RunOptions.Seed(earlier, run.OptionsFile);
        RefuseContradictions(parsed, earlier, recipe, seed, run);

        var (data, request) = LoadData(parsed, earlier, run);
        using var device = OpenDevice(parsed, earlier, run);
        using var gan = checkpoint is not null
            ? GanCheckpoint.Load(device, checkpoint)
            : new ConditionalGan(device, recipe, new ImageShape(data.Height, data.Width, data.Channels), data.ClassNames.Count, seed);
        var options = TrainPlan.Options(parsed, recipe, data, request, device) with { Seed = seed };
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
        {
            if (!isDryRun)
                Tidy(run, options.KeepCheckpoints);
            throw new UsageException($"--resume {resume}: its {gan.Step} steps are done; ask for more with --steps or --epochs.");
        }
        if (isDryRun)
        {
            TrainPlan.Introduce(gan, options, data, run);
            return ExitCode.Done;
        }

        Leftovers.Delete(run);
        foreach (string aside in run.SetAsideAfter(gan.Step))
            Messages.Warning($"{aside}: a checkpoint of a later step, renamed, since the run goes on from step {gan.Step}.");
        if (checkpoint is null)
            Messages.Warning($"{run.Folder}: there is no checkpoint yet; the run starts again from step 0.");
        run.WriteOptions(options.ToJson());
        return TrainPlan.Train(gan, options, run, data, parsed.GetValue(TrainCommand.Quiet));
    }

    /// <summary>What a process that was killed right behind its last checkpoint did not come to.</summary>
    private static void Tidy(RunDirectory run, int keep)
    {
        Leftovers.Delete(run);
        if (run.Checkpoints().LastOrDefault() is { } newest)
            run.WriteLast(newest);
        run.PruneCheckpoints(keep);
    }

    private static (ImageDataSet Data, DataRequest Request) LoadData(ParseResult parsed, JsonObject earlier, RunDirectory run)
    {
        var request = RunOptions.Data(earlier, run.OptionsFile);
        if (parsed.GetValue(TrainCommand.Data.DataDirectory) is { } directory)
            request = request with { DataDirectory = Path.GetFullPath(directory) };
        var data = DataSets.Load(request).Train;
        if (data.ContentHash != RunOptions.Text(earlier, "data_sha256", run.OptionsFile))
            throw new InvalidDataException($"{run.OptionsFile}: data '{request.NameOrPath}' is not what this run was trained on (its SHA-256 differs); name the folder with --data-dir.");
        return (data, request);
    }

    /// <summary>The run's own device; another one, which rounds otherwise, only where it is asked for by name.</summary>
    private static ComputeDevice OpenDevice(ParseResult parsed, JsonObject earlier, RunDirectory run)
    {
        string own = RunOptions.Text(earlier, "device", run.OptionsFile);
        bool isAsked = parsed.GetResult(TrainCommand.Device) is { Implicit: false };
        var device = CommonOptions.Open(
            isAsked ? parsed.GetValue(TrainCommand.Device)! : own, parsed.GetValue(TrainCommand.Threads), plainLaunches: parsed.GetValue(TrainCommand.PlainLaunches), precision: OwnPrecision(earlier));
        if (own.Split(':')[0] != device.Id.Split(':')[0])
            Messages.Warning($"{run.Folder}: trained on {own} so far and going on on {device.Id}; the numbers will differ in their last bits from those of a run that stays on {own}.");
        else if (earlier["version"] is JsonValue value && value.TryGetValue(out string? version) && version != ProgramVersion.Text)
            Messages.Warning($"{run.Folder}: trained by version {version} so far and going on with {ProgramVersion.Text}; the numbers may differ from those of a run that stays with one.");
        return device;
    }

    /// <summary>Runs of earlier versions do not say how their products were computed: in fp32.</summary>
    private static Precision OwnPrecision(JsonObject earlier) => CommonOptions.PrecisionOf((string?)earlier["precision"]) ?? Precision.Fp32;

    /// <summary>A resumed run goes on as it began: an option that says otherwise is refused by its name.</summary>
    private static void RefuseContradictions(ParseResult parsed, JsonObject earlier, Recipe recipe, ulong seed, RunDirectory run)
    {
        if (parsed.GetValue(TrainCommand.Recipe) is { } asked && !RecipeFile.AreSame(TrainPlan.WithOverrides(RecipeFile.Load(asked), parsed), recipe))
            throw Refuse("--recipe", asked, recipe.Name);
        if (parsed.GetValue(TrainCommand.BatchSize) is { } batch && batch != recipe.BatchSize)
            throw Refuse("--batch-size", batch, recipe.BatchSize);
        if (parsed.GetValue(TrainCommand.LearningRate) is { } rate && (rate != recipe.GeneratorLearningRate || rate != recipe.DiscriminatorLearningRate))
            throw Refuse("--lr", rate, recipe.GeneratorLearningRate);
        if (parsed.GetValue(TrainCommand.Precision) is { } precision && precision != OwnPrecision(earlier))
            throw Refuse("--precision", CommonOptions.NameOf(precision), CommonOptions.NameOf(OwnPrecision(earlier)));
        if (parsed.GetValue(TrainCommand.Seed) is { } askedSeed && askedSeed != seed)
            throw Refuse("--seed", askedSeed, seed);
        var askedData = TrainCommand.Data.Read(parsed);
        var own = RunOptions.Data(earlier, run.OptionsFile);
        if (parsed.GetValue(TrainCommand.Data.Data) is not null && askedData.NameOrPath != own.NameOrPath)
            throw Refuse("--data", askedData.NameOrPath, own.NameOrPath);
        foreach (var option in TrainCommand.Data.HowToRead.Where(option => parsed.GetResult(option) is { Implicit: false }))
        {
            string field = option.Name[2..].Replace('-', '_');
            JsonNode? askedValue = askedData.OptionsToJson()[field], ownValue = own.OptionsToJson()[field];
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
