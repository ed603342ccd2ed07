using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Symptoms;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Reporting;

/// <summary>What a run's page is made of: read from the run's folder, whole, before anything is written.</summary>
internal sealed record RunReport
{
    private RunReport(RunDirectory run) => Run = run;

    public RunDirectory Run { get; }

    /// <summary>The folder's name.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Run.Folder)));

    /// <summary>options.json.</summary>
    public required JsonObject Options { get; init; }

    /// <summary>metrics.jsonl, without a line where there is none.</summary>
    public required IReadOnlyList<MetricsRecord> Metrics { get; init; }

    /// <summary>Each symptom that was noticed, and at which step.</summary>
    public IEnumerable<(long Step, Symptom Symptom)> Warnings =>
        from record in Metrics from id in record.Warnings let symptom = Symptom.Find(id) where symptom is not null select (record.Step, symptom);

    /// <summary>The newest sheet of samples.</summary>
    public required string? Samples { get; init; }

    /// <summary>Walks between latent vectors and labels.</summary>
    public required IReadOnlyList<string> Interpolations { get; init; }

    /// <summary>Null where the run was not evaluated, or by another version.</summary>
    public required EvaluationResult? Evaluation { get; init; }

    /// <summary>The step of the newest checkpoint; null where there is none.</summary>
    public required long? CheckpointStep { get; init; }

    /// <summary>When the page was written, UTC.</summary>
    public required DateTime Written { get; init; }

    /// <summary>When the run last logged a step, UTC.</summary>
    public required DateTime Trained { get; init; }

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <exception cref="IOException">A file of the run cannot be read, or the page not be written.</exception>
    /// <exception cref="InvalidDataException">options.json or metrics.jsonl is damaged.</exception>
    public static void Write(RunDirectory run)
    {
        byte[] page = Encoding.UTF8.GetBytes(new ReportPage(Read(run)).ToHtml());
        AtomicFile.Write(run.ReportFile, stream => stream.Write(page));
    }

    public static RunReport Read(RunDirectory run) => new(run)
    {
        Options = run.ReadOptions(),
        Metrics = File.Exists(run.MetricsFile) ? MetricsLog.Read(run.MetricsFile) : [],
        Samples = NewestSheet(run.SamplesFolder),
        Interpolations = [.. Directory.EnumerateFiles(run.Folder, "interpolation*.png").OrderBy(p => p.Length).ThenBy(p => p, StringComparer.Ordinal)],
        Evaluation = ReadEvaluation(run),
        CheckpointStep = run.Checkpoints().LastOrDefault()?.Step,
        Written = DateTime.UtcNow,
        Trained = File.GetLastWriteTimeUtc(File.Exists(run.MetricsFile) ? run.MetricsFile : run.OptionsFile),
    };

    private static string? NewestSheet(string folder)
    {
        const string prefix = "epoch-";
        if (!Directory.Exists(folder))
            return null;
        var sheets = from path in Directory.EnumerateFiles(folder, prefix + "*.png")
                     let number = Path.GetFileNameWithoutExtension(path)[prefix.Length..]
                     where long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                     orderby long.Parse(number, CultureInfo.InvariantCulture)
                     select path;
        return sheets.LastOrDefault();
    }

    private static EvaluationResult? ReadEvaluation(RunDirectory run)
    {
        try
        {
            return EvaluationFile.Read(Path.Combine(run.Folder, EvaluationFile.Name));
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidDataException)
        {
            // The page says how to evaluate the run; a broken file is no reason for no page.
            return null;
        }
    }
}
