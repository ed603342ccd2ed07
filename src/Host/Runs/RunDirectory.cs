using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Runs;

/// <summary>
/// The folder of one training run, <c>runs/00000-NAME/</c>: numbered, never overwritten. Says where each file of a run lies and keeps the
/// checkpoints to the last few.
/// </summary>
public sealed class RunDirectory
{
    private const string OptionsName = "options.json";
    private const string CheckpointsName = "checkpoints";
    private const string CheckpointPrefix = "step-";
    private const string CheckpointSuffix = ".safetensors";
    private const int MaxNameLength = 60;

    // More than there will be processes that start a run in the same folder at the same moment.
    private const int MaxClaims = 1000;

    // options.json is read whole; ours are a few kilobytes.
    private const int MaxOptionsBytes = 1 << 20;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private RunDirectory(string folder) => Folder = folder;

    public string Folder { get; }

    public string OptionsFile => Path.Combine(Folder, OptionsName);

    public string MetricsFile => Path.Combine(Folder, "metrics.jsonl");

    public string LossesFile => Path.Combine(Folder, "losses.png");

    public string EvolutionFile => Path.Combine(Folder, "evolution.png");

    public string InterpolationFile => Path.Combine(Folder, "interpolation.png");

    public string NeighboursFile => Path.Combine(Folder, "neighbours.png");

    public string ConfusionFile => Path.Combine(Folder, "confusion.png");

    public string ReportFile => Path.Combine(Folder, "report.html");

    public string SamplesFolder => Path.Combine(Folder, "samples");

    public string CheckpointsFolder => Path.Combine(Folder, CheckpointsName);

    /// <summary>Makes the next free directory of <paramref name="runsFolder"/>, with its subfolders. Safe against other processes that do the same.</summary>
    /// <param name="runsFolder">Made when it does not exist.</param>
    /// <param name="name">What follows the number; characters that could trouble a file system or a shell become dashes.</param>
    /// <exception cref="IOException">The folder cannot be written; one line that says why and what to do.</exception>
    public static RunDirectory Create(string runsFolder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(runsFolder);
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            Directory.CreateDirectory(runsFolder);
            int number = NextNumber(runsFolder);
            for (int attempt = 1; ; attempt++, number = Math.Max(number + 1, NextNumber(runsFolder)))
            {
                // Making a directory that exists is no error in .NET, so the number is claimed by a file that only one process can create.
                string claim = Path.Combine(runsFolder, string.Create(CultureInfo.InvariantCulture, $".{number:D5}.claim"));
                using FileStream? claimed = TryClaim(claim, lastAttempt: attempt == MaxClaims);
                if (claimed is null || NextNumber(runsFolder) > number)
                    continue;
                RunDirectory run = new(Path.Combine(runsFolder, string.Create(CultureInfo.InvariantCulture, $"{number:D5}-{Sanitise(name)}")));
                Directory.CreateDirectory(run.Folder);
                Directory.CreateDirectory(run.SamplesFolder);
                Directory.CreateDirectory(run.CheckpointsFolder);
                return run;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{runsFolder}: no run can be put there ({e.Message.ReplaceLineEndings(" ")}), expected a folder that can be written; choose another with --out", e);
        }
    }

    /// <summary>Opens the run of a run directory or of one of its checkpoint files.</summary>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path, or it belongs to no run.</exception>
    public static RunDirectory Open(string runOrCheckpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(runOrCheckpoint);
        string folder = runOrCheckpoint;
        if (File.Exists(runOrCheckpoint))
            folder = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(runOrCheckpoint))) ?? runOrCheckpoint;
        else if (!Directory.Exists(runOrCheckpoint))
            throw new DirectoryNotFoundException($"{runOrCheckpoint}: there is neither a folder nor a file, expected a run directory or a checkpoint; check the path");

        RunDirectory run = new(folder);
        if (!File.Exists(run.OptionsFile))
            throw new DirectoryNotFoundException($"{runOrCheckpoint}: belongs to no run, expected {OptionsName} in {folder}; name a directory that train made, or a checkpoint in one");
        return run;
    }

    /// <summary>The checkpoint that a path means: the file itself, wherever it lies, or the latest one of a run directory.</summary>
    /// <exception cref="DirectoryNotFoundException">There is nothing at the path, or it is a folder but no run directory.</exception>
    /// <exception cref="FileNotFoundException">The run has no checkpoint.</exception>
    public static string FindCheckpoint(string runOrCheckpoint)
    {
        if (File.Exists(runOrCheckpoint))
            return runOrCheckpoint;
        RunDirectory run = Open(runOrCheckpoint);
        string pattern = Path.Combine(run.CheckpointsFolder, CheckpointPrefix + "*" + CheckpointSuffix);
        return run.Checkpoints().LastOrDefault()?.Path
            ?? throw new FileNotFoundException($"{runOrCheckpoint}: the run has no checkpoint, expected {pattern}; train it further or name another run", pattern);
    }

    public string SampleFile(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return Path.Combine(SamplesFolder, string.Create(CultureInfo.InvariantCulture, $"epoch-{epoch:D4}.png"));
    }

    public string CheckpointFile(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Path.Combine(CheckpointsFolder, string.Create(CultureInfo.InvariantCulture, $"{CheckpointPrefix}{step:D8}{CheckpointSuffix}"));
    }

    /// <summary>The complete checkpoints, oldest first.</summary>
    public IReadOnlyList<RunCheckpoint> Checkpoints()
    {
        if (!Directory.Exists(CheckpointsFolder))
            return [];
        List<RunCheckpoint> found = [];
        foreach (string path in Directory.EnumerateFiles(CheckpointsFolder))
        {
            string name = Path.GetFileName(path);
            if (name.StartsWith(CheckpointPrefix, StringComparison.Ordinal)
                && name.EndsWith(CheckpointSuffix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan()[CheckpointPrefix.Length..^CheckpointSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long step))
                found.Add(new RunCheckpoint(step, path));
        }

        found.Sort((a, b) => a.Step.CompareTo(b.Step));
        return found;
    }

    /// <summary>
    /// Deletes all but the newest checkpoints, and what a killed process left half written. For the process that trains the run: it must not
    /// be writing a checkpoint at the time.
    /// </summary>
    /// <param name="keepLast">How many stay, at least one.</param>
    public void PruneCheckpoints(int keepLast)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepLast, 1);
        foreach (RunCheckpoint checkpoint in Checkpoints().SkipLast(keepLast))
            File.Delete(checkpoint.Path);
        if (!Directory.Exists(CheckpointsFolder))
            return;
        foreach (string leftover in Directory.GetFiles(CheckpointsFolder, CheckpointPrefix + "*" + CheckpointSuffix + AtomicFile.TemporarySuffix))
            File.Delete(leftover);
    }

    /// <summary>Writes options.json, whole or not at all.</summary>
    public void WriteOptions(JsonNode options)
    {
        ArgumentNullException.ThrowIfNull(options);
        byte[] text = Encoding.UTF8.GetBytes(options.ToJsonString(Indented) + "\n");
        AtomicFile.Write(OptionsFile, stream => stream.Write(text));
    }

    /// <exception cref="FileNotFoundException">The run has no options.json.</exception>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public JsonObject ReadOptions()
    {
        if (!File.Exists(OptionsFile))
            throw new FileNotFoundException($"{OptionsFile}: there is no such file, expected the options of the run; name another run", OptionsFile);
        using FileStream stream = File.OpenRead(OptionsFile);
        if (stream.Length > MaxOptionsBytes)
            throw new InvalidDataException($"{OptionsFile}: file is {stream.Length} bytes, expected at most {MaxOptionsBytes}; is it the options of a run?");
        try
        {
            JsonObject? options = JsonNode.Parse(stream, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
            DecodeTexts(options);
            return options
                ?? throw new InvalidDataException($"{OptionsFile}: the JSON is no object, expected the options of a run; restore the file");
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{OptionsFile}: a text is no Unicode, expected JSON in UTF-8; restore the file", e);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                string.Create(CultureInfo.InvariantCulture, $"{OptionsFile}: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} is not JSON, or a name stands twice, expected one JSON object; restore the file"), e);
        }
    }

    /// <summary>Texts are decoded when they are first read. Reading all of them now finds what is no Unicode here, and not where no one expects a damaged file any more.</summary>
    /// <exception cref="InvalidOperationException">A text is no Unicode.</exception>
    private static void DecodeTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                    DecodeTexts(value);
                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                    DecodeTexts(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }

    /// <summary>One more than the highest number in use, whether its holder is a directory or not.</summary>
    private static int NextNumber(string runsFolder)
    {
        int next = 0;
        foreach (string entry in Directory.EnumerateFileSystemEntries(runsFolder))
        {
            ReadOnlySpan<char> name = Path.GetFileName(entry.AsSpan());
            int digits = name.IndexOfAnyExceptInRange('0', '9');
            if (digits >= 5 && name[digits] == '-' && int.TryParse(name[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < int.MaxValue)
                next = Math.Max(next, number + 1);
        }

        return next;
    }

    // A claim that a killed process left behind costs its number and nothing else. "The file exists" and "the disk is full" are the same
    // exception, and asking whether the file exists comes too late when its owner has just deleted it, so attempts are counted instead.
    private static FileStream? TryClaim(string path, bool lastAttempt)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (!lastAttempt && e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private static string Sanitise(string name)
    {
        StringBuilder safe = new();
        foreach (char c in name)
        {
            if (safe.Length == MaxNameLength)
                break;
            if (char.IsLetterOrDigit(c) || c is '.' or '_')
                safe.Append(c);
            else if (safe.Length > 0 && safe[^1] != '-')
                safe.Append('-');
        }

        string trimmed = safe.ToString().Trim('-', '.');
        return trimmed.Length > 0 ? trimmed : "run";
    }
}
