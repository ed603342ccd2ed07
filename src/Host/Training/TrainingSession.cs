using System.Diagnostics;
using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Output;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Symptoms;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Training;

/// <summary>
/// The training loop: steps, and at their intervals a line in metrics.jsonl, a sheet of samples, a checkpoint. It ends after the last step, when the time is
/// up, on a signal, or when something is no longer finite. A file that cannot be written does not end it, unless that is the last checkpoint.
/// </summary>
internal sealed class TrainingSession(ConditionalGan gan, TrainingOptions options, RunDirectory run, ImageDataSet data, IProgressDisplay progress)
{
    private const int SampleRows = 8;

    private readonly TrainingSchedule _schedule = new(options);
    private readonly List<LossPoint> _points = [];
    private readonly SymptomWatch _watch = new(options.Recipe.Objective, progress.Warn);
    private RepeatedWrites? _writes;
    private bool _goesOn = true;

    /// <summary>Gets a line for each fault that does not end the run, a full disk for one. Also where progress is quiet: such a line is an error.</summary>
    public Action<string> SayFault { get; init; } = Messages.Warning;

    private RepeatedWrites Writes => _writes ??= new RepeatedWrites(SayFault);

    /// <summary>Trains to the end. Returns the exit code of a signal that stopped it, or 0.</summary>
    /// <exception cref="DivergedException">A loss or a parameter is not finite. The last checkpoint is from before.</exception>
    /// <exception cref="DeviceFailedException">The device failed. The last checkpoint is named.</exception>
    /// <exception cref="IOException">The last checkpoint could not be written. The one before it is named.</exception>
    public int Run(StopSignals signals)
    {
        try
        {
            return Train(signals);
        }
        catch (Exception e) when (ComputeDevice.IsFailure(e))
        {
            var failure = gan.Device.Failure(e);
            throw new DeviceFailedException(failure.Fault, $"step {gan.Step}: {failure.Message} {LastGood()}", e);
        }
        catch (DivergedException)
        {
            Writes.Try(run.LossesFile, WritePlot);
            throw;
        }
    }

    private int Train(StopSignals signals)
    {
        long firstStep = gan.Step;
        double secondsBefore = ReadEarlierMetrics(firstStep);
        using var log = MetricsLog.Open(run.MetricsFile, firstStep);
        if (firstStep == 0)
            WriteSamples();
        var clock = Stopwatch.StartNew();
        long loggedStep = firstStep;
        var loggedAt = TimeSpan.Zero;
        long checkpointedStep = firstStep == 0 ? -1 : firstStep;
        string? whyNotRecorded = null;

        while (gan.Step < options.Steps && signals.ExitCode == 0 && !TimeIsUp(clock))
        {
            gan.TrainSteps(_schedule.StepsAtOnce(gan.Step, gan.StepsAtOnce));
            if (whyNotRecorded is null && (whyNotRecorded = gan.WhyNotRecorded) is not null)
                progress.Warn($"--device {options.Device}: {whyNotRecorded}; training goes on, more slowly.");
            bool last = gan.Step == options.Steps;
            if (_schedule.IsLogDue(gan.Step))
            {
                var metrics = gan.ReadMetrics();
                CheckFinite(metrics);
                var now = clock.Elapsed;
                double rate = (gan.Step - loggedStep) / (now - loggedAt).TotalSeconds;
                (loggedStep, loggedAt) = (gan.Step, now);
                var record = _watch.Look(WithDiagnostics(new MetricsRecord(
                    gan.Step, options.EpochAt(gan.Step), secondsBefore + now.TotalSeconds, metrics.DiscriminatorLoss, metrics.GeneratorLoss,
                    metrics.RealScore, metrics.FakeScore, rate * options.Recipe.BatchSize)
                {
                    Penalty = metrics.Penalty, Slope = metrics.Slope,
                    ClassLoss = metrics.ClassLoss, RealClassAccuracy = metrics.RealClassAccuracy, FakeClassAccuracy = metrics.FakeClassAccuracy,
                }));
                Writes.Try(run.MetricsFile, () => log.Append(record));
                _points.Add(LossPoint.Of(record));
                progress.Show(new ProgressState(gan.Step, options.Steps, options.EpochAt(gan.Step), rate, metrics));
            }
            if (_schedule.IsSampleDue(gan.Step) && !last)
                WriteSamples();
            if (_schedule.IsCheckpointDue(gan.Step) && !last && TryWriteCheckpoint() is null)
                checkpointedStep = gan.Step;
        }
        _goesOn = false;
        gan.Synchronize();
        TrainingTime = clock.Elapsed;

        // A run that is stopped may be killed in a moment, so its checkpoint comes first. At the end of a run it comes last: who is killed before it comes back for the rest.
        bool isDone = gan.Step == options.Steps;
        Exception? lost = null;
        if (!isDone)
            SaveLast();
        if (gan.Step > firstStep)
            WriteLastSamples();
        Writes.Try(run.LossesFile, WritePlot);
        Writes.Try(run.EvolutionFile, () => Evolution.Write(run.SamplesFolder, run.EvolutionFile));
        Writes.Try(run.MetricsFile, log.WritePending);
        if (isDone)
            SaveLast();
        if (lost is not null)
            throw new IOException($"{run.CheckpointFile(gan.Step)}: the last checkpoint could not be written ({OneLine(lost)}). {LastGood()} Make room, then go on from there with 'train --resume {run.Folder}'.", lost);
        return signals.ExitCode;

        void SaveLast() => lost = gan.Step == checkpointedStep ? null : TryWriteCheckpoint();
    }

    /// <summary>From the first step of this session to the last, device included; pictures and checkpoints on the way included.</summary>
    public TimeSpan TrainingTime { get; private set; }

    /// <summary>The newest sheet of samples.</summary>
    public string? LastSampleFile { get; private set; }

    /// <summary>The newest checkpoint.</summary>
    public string? LastCheckpointFile { get; private set; } = run.Checkpoints().LastOrDefault()?.Path;

    private bool TimeIsUp(Stopwatch clock) => options.MaxTime is { } limit && clock.Elapsed >= limit;

    /// <summary>Of a resumed run: the points for the plot, and the seconds already spent.</summary>
    private double ReadEarlierMetrics(long firstStep)
    {
        if (firstStep == 0 || !File.Exists(run.MetricsFile))
            return 0;
        double seconds = 0;
        foreach (var record in MetricsLog.Read(run.MetricsFile).Where(r => r.Step <= firstStep))
        {
            _watch.Recall(record);
            _points.Add(LossPoint.Of(record));
            seconds = record.Seconds;
        }
        return seconds;
    }

    /// <exception cref="DivergedException">A loss or anything that is trained is not finite.</exception>
    private void CheckFinite(StepMetrics? metrics)
    {
        string? what = gan.FindNonFinite() ?? (metrics is not { AreFinite: false } read ? null
            : double.IsFinite(read.GeneratorLoss) ? "the discriminator's loss" : "the generator's loss");
        if (what is null)
            return;
        throw new DivergedException(string.Create(CultureInfo.InvariantCulture,
            $"training diverged: by step {gan.Step} {what} is not finite. {LastGood()} Try a smaller --lr or another --seed."));
    }

    private MetricsRecord WithDiagnostics(MetricsRecord record)
    {
        var now = gan.ReadDiagnostics();
        return record with
        {
            GGradientNorm = now.GeneratorGradientNorm, DGradientNorm = now.DiscriminatorGradientNorm,
            RealDistance = now.RealDistance, FakeDistance = now.GeneratedDistance,
        };
    }

    private string LastGood() => LastCheckpointFile is null ? "No checkpoint was written yet." : $"The last checkpoint is {LastCheckpointFile}.";

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');

    /// <summary>
    /// At the end. A run that was stopped within an epoch leaves the sheet that its end was drawn on: a run that is not stopped has the same file, and both are to have the same picture.
    /// </summary>
    private void WriteLastSamples()
    {
        string path = run.SampleFile((int)options.EpochAt(gan.Step));
        if (gan.Step == options.Steps || !File.Exists(path))
            WriteSamples();
        else
            LastSampleFile = path;
    }

    private void WritePlot()
    {
        using var plot = new LossPlot { Points = _points, Title = $"{data.Name} · {options.Recipe.Name} · seed {options.Seed}" }.Draw();
        PngFile.Write(run.LossesFile, plot);
    }

    private void WriteSamples() => Writes.Try(run.SamplesFolder, DrawSamples);

    private void DrawSamples()
    {
        int epoch = (int)options.EpochAt(gan.Step);
        string path = run.SampleFile(epoch), footer = string.Create(CultureInfo.InvariantCulture, $"epoch {epoch} · step {gan.Step}");
        if (options.Recipe.HasLabels)
        {
            int[] labels = [.. Enumerable.Range(0, gan.Classes)];
            SampleSheet.Write(path, gan.Sample(labels, 0, SampleRows, options.Seed), gan.Image, [.. labels.Select(l => data.ClassNames[l])], SampleRows, footer);
        }
        else
        {
            SampleSheet.Write(path, gan.Sample([0], 0, SampleRows * SampleSheet.Columns, options.Seed), gan.Image, footer);
        }
        LastSampleFile = path;
    }

    /// <summary>Null, or why there is no checkpoint of this step. The one before it is whole in either case.</summary>
    /// <exception cref="DivergedException">There is something in it that is not finite.</exception>
    private Exception? TryWriteCheckpoint()
    {
        try
        {
            WriteCheckpoint();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_goesOn)
                SayFault($"step {gan.Step}: the checkpoint could not be written ({OneLine(e)}). {LastGood()} Training goes on and tries again at the next interval.");
            return e;
        }
    }

    private void WriteCheckpoint()
    {
        // The steps since the last log line have not been looked at, and what is written here pushes out an older, finite checkpoint.
        CheckFinite(null);
        string path = run.CheckpointFile(gan.Step);
        GanCheckpoint.Save(gan, path, new Dictionary<string, string>
        {
            ["data"] = options.Data.NameOrPath,
            ["data_sha256"] = options.DataHash,
            ["data_options"] = options.Data.OptionsToJson().ToJsonString(),
            ["classifier"] = ClassifierStore.IdOf(options.DataHash, ClassifierRecipe.Judge(gan.Image), gan.Device.Kind),
            [ClassNames.Field] = ClassNames.ToJson(data.ClassNames),
            ["split"] = options.Split,
        });
        LastCheckpointFile = path;
        run.WriteLast(new RunCheckpoint(gan.Step, path));
        run.PruneCheckpoints(options.KeepCheckpoints);
    }
}
