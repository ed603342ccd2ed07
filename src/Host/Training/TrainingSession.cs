using System.Diagnostics;
using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Symptoms;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Training;

/// <summary>
/// The training loop: steps, and at their intervals a line in metrics.jsonl, a sheet of samples, a checkpoint. It ends after the last step, when the time is
/// up, on a signal, or when something is no longer finite.
/// </summary>
internal sealed class TrainingSession(ConditionalGan gan, TrainingOptions options, RunDirectory run, ImageDataSet data, IProgressDisplay progress)
{
    private const int SampleRows = 8;

    private readonly List<LossPoint> _points = [];
    private readonly SymptomWatch _watch = new(options.Recipe.Objective, progress.Warn);

    /// <summary>Trains to the end. Returns the exit code of a signal that stopped it, or 0.</summary>
    /// <exception cref="DivergedException">A loss or a parameter is not finite. The last checkpoint is from before.</exception>
    public int Run(StopSignals signals)
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
            gan.TrainStep();
            if (whyNotRecorded is null && (whyNotRecorded = gan.WhyNotRecorded) is not null)
                progress.Warn($"--device {options.Device}: {whyNotRecorded}; training goes on, more slowly.");
            bool last = gan.Step == options.Steps;
            if (gan.Step % options.LogInterval == 0 || last)
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
                    ClassLoss = metrics.ClassLoss, RealClassAccuracy = metrics.RealClassAccuracy, FakeClassAccuracy = metrics.FakeClassAccuracy,
                }));
                log.Append(record);
                _points.Add(LossPoint.Of(record));
                progress.Show(new ProgressState(gan.Step, options.Steps, options.EpochAt(gan.Step), rate, metrics));
            }
            if (SampleSchedule.IsDue((long)options.EpochAt(gan.Step - 1), (long)options.EpochAt(gan.Step), options.SampleInterval) && !last)
                WriteSamples();
            if (EpochCompleted(options.CheckpointInterval) && !last)
            {
                WriteCheckpoint();
                checkpointedStep = gan.Step;
            }
        }
        gan.Synchronize();
        TrainingTime = clock.Elapsed;

        if (gan.Step > firstStep)
            WriteSamples();
        if (gan.Step != checkpointedStep)
            WriteCheckpoint();
        using (var plot = new LossPlot { Points = _points, Title = $"{data.Name} · {options.Recipe.Name} · seed {options.Seed}" }.Draw())
            PngFile.Write(run.LossesFile, plot);
        Evolution.Write(run.SamplesFolder, run.EvolutionFile);
        return signals.ExitCode;
    }

    /// <summary>From the first step of this session to the last, device included; pictures and checkpoints on the way included.</summary>
    public TimeSpan TrainingTime { get; private set; }

    /// <summary>The newest sheet of samples.</summary>
    public string? LastSampleFile { get; private set; }

    /// <summary>The newest checkpoint.</summary>
    public string? LastCheckpointFile { get; private set; }

    private bool TimeIsUp(Stopwatch clock) => options.MaxTime is { } limit && clock.Elapsed >= limit;

    /// <summary>Whether this step completed an epoch whose number is a multiple of <paramref name="interval"/>.</summary>
    private bool EpochCompleted(int interval) =>
        (long)options.EpochAt(gan.Step) / interval > (long)options.EpochAt(gan.Step - 1) / interval;

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

    /// <exception cref="DivergedException">A loss, where there are losses to check, or a parameter is not finite.</exception>
    private void CheckFinite(StepMetrics? metrics)
    {
        string? network = gan.FindNonFinite();
        if (metrics is not { AreFinite: false } && network is null)
            return;
        string what = network is null ? "a loss" : $"a parameter of the {network}";
        string kept = LastCheckpointFile is null ? "No checkpoint was written yet." : $"The last checkpoint is {LastCheckpointFile}.";
        throw new DivergedException(string.Create(CultureInfo.InvariantCulture,
            $"training diverged: by step {gan.Step} {what} is not finite. {kept} Try a smaller --lr or another --seed."));
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

    private void WriteSamples()
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

    private void WriteCheckpoint()
    {
        // The steps since the last log line have not been looked at, and what is written here pushes out an older, finite checkpoint.
        CheckFinite(null);
        string path = run.CheckpointFile(gan.Step);
        GanCheckpoint.Save(gan, path, new Dictionary<string, string>
        {
            ["data"] = options.Data.NameOrPath,
            ["data_sha256"] = options.DataHash,
            [ClassNames.Field] = ClassNames.ToJson(data.ClassNames),
            ["split"] = options.Split,
        });
        LastCheckpointFile = path;
        run.PruneCheckpoints(options.KeepCheckpoints);
    }
}
