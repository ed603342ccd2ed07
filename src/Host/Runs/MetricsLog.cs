using System.Buffers;
using System.Text.Json;

namespace GpuCgan.Host.Runs;

/// <summary>
/// Appends to metrics.jsonl, one JSON object a line, each line in one write and flushed, so that a reader sees whole lines and a killed
/// process leaves at most the last one torn. A last line without its newline counts as torn, for the reader and for who goes on writing. A line that could not be
/// written, on a full disk, is kept and written with the next one.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private const byte Newline = (byte)'\n';

    private readonly Stream stream;
    private readonly ArrayBufferWriter<byte> pending = new();
    private readonly Utf8JsonWriter json;
    private long end;
    private bool isTorn;

    private MetricsLog(Stream stream, long end)
    {
        this.stream = stream;
        this.end = end;
        json = new Utf8JsonWriter(pending);
    }

    /// <summary>Opens the log to go on after its last line; makes it when there is none.</summary>
    /// <param name="path">metrics.jsonl of a run.</param>
    /// <param name="keepUpToStep">
    /// Where training resumes: the lines from the first one of a later step on are cut off, since that step will be taken and logged again.
    /// </param>
    /// <exception cref="InvalidDataException">A line before the last is broken.</exception>
    public static MetricsLog Open(string path, long keepUpToStep = long.MaxValue) => Open(path, keepUpToStep, file => file);

    /// <param name="path">As above.</param>
    /// <param name="keepUpToStep">As above.</param>
    /// <param name="through">Puts a stream between the log and its file: a test's way to make writes fail.</param>
    internal static MetricsLog Open(string path, long keepUpToStep, Func<Stream, Stream> through)
    {
        long kept = File.Exists(path) ? KeptBytes(path, keepUpToStep) : 0;
        // Unbuffered: what a failed write leaves in a buffer would be written behind our back later.
        FileStream stream = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.SetLength(kept);
        return new MetricsLog(through(stream), kept);
    }

    /// <summary>The lines of a log, without a torn last one. Fields that this version does not know are passed over.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not a record; file, line and field are named.</exception>
    public static IReadOnlyList<MetricsRecord> Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file, expected the metrics of a run; check the path", path);
        List<MetricsRecord> records = [];
        foreach ((MetricsRecord record, _) in Lines(path))
            records.Add(record);
        return records;
    }

    /// <summary>Writes a line, and before it those that could not be written.</summary>
    /// <exception cref="IOException">The disk is full, or the file is gone. The line is kept for the next call.</exception>
    public void Append(MetricsRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("step", record.Step);
        WriteNumber("epoch", record.Epoch);
        WriteNumber("seconds", record.Seconds);
        WriteNumber("d_loss", record.DLoss);
        WriteNumber("g_loss", record.GLoss);
        WriteNumber("d_real", record.DReal);
        WriteNumber("d_fake", record.DFake);
        WriteNumber("images_per_second", record.ImagesPerSecond);
        WriteNumber("g_gradient_norm", record.GGradientNorm);
        WriteNumber("d_gradient_norm", record.DGradientNorm);
        WriteNumber("real_distance", record.RealDistance);
        WriteNumber("fake_distance", record.FakeDistance);
        WriteOptional("penalty", record.Penalty);
        WriteOptional("d_slope", record.Slope);
        WriteOptional("class_loss", record.ClassLoss);
        WriteOptional("real_class_accuracy", record.RealClassAccuracy);
        WriteOptional("fake_class_accuracy", record.FakeClassAccuracy);
        WriteWarnings(record.Warnings);
        json.WriteEndObject();
        json.Flush();
        pending.Write([Newline]);
        WritePending();
    }

    /// <summary>Writes the lines that could not be written, where there are any.</summary>
    /// <exception cref="IOException">They still cannot.</exception>
    public void WritePending()
    {
        if (pending.WrittenCount == 0)
            return;
        // A write that failed may have left a part of its lines.
        if (isTorn)
            stream.SetLength(end);
        isTorn = true;
        stream.Position = end;
        stream.Write(pending.WrittenSpan);
        stream.Flush();
        isTorn = false;
        end += pending.WrittenCount;
        pending.ResetWrittenCount();
    }

    public void Dispose()
    {
        json.Dispose();
        stream.Dispose();
    }

    // JSON has no NaN and no infinity.
    private void WriteNumber(string name, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    // What most recipes do not have is left out of their lines.
    private void WriteOptional(string name, double? value)
    {
        if (value is { } number)
            WriteNumber(name, number);
    }

    private void WriteWarnings(IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
            return;
        json.WriteStartArray("warnings");
        for (int i = 0; i < warnings.Count; i++)
            json.WriteStringValue(warnings[i]);
        json.WriteEndArray();
    }

    private static long KeptBytes(string path, long keepUpToStep)
    {
        long kept = 0;
        foreach ((MetricsRecord record, long end) in Lines(path))
        {
            if (record.Step > keepUpToStep)
                break;
            kept = end;
        }

        return kept;
    }

    /// <summary>The whole lines, each with the position behind its newline.</summary>
    private static IEnumerable<(MetricsRecord Record, long End)> Lines(string path)
    {
        // Shared with the process that is still appending.
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using MemoryStream whole = new();
        stream.CopyTo(whole);
        ReadOnlyMemory<byte> bytes = whole.GetBuffer().AsMemory(0, (int)whole.Length);
        long end = 0;
        for (int number = 1; ; number++)
        {
            int length = bytes.Span.IndexOf(Newline);
            if (length < 0)
                yield break;
            end += length + 1;
            yield return (Parse(path, number, bytes[..length]), end);
            bytes = bytes[(length + 1)..];
        }
    }

    private static MetricsRecord Parse(string path, int number, ReadOnlyMemory<byte> text)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: line {number} is not JSON, or has a name twice, expected one object a line; delete the line", e);
        }

        using (document)
        {
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException($"{path}: line {number} is no JSON object, expected one object a line; delete the line");
            if (!root.TryGetProperty("step", out JsonElement step) || step.ValueKind != JsonValueKind.Number || !step.TryGetInt64(out long steps) || steps < 0)
                throw new InvalidDataException($"{path}: line {number}, 'step' is missing or wrong, expected an integer from 0; delete the line");
            return new MetricsRecord(
                steps,
                Number("epoch"),
                Number("seconds"),
                Number("d_loss"),
                Number("g_loss"),
                Number("d_real"),
                Number("d_fake"),
                Number("images_per_second"))
            {
                GGradientNorm = Later("g_gradient_norm"),
                DGradientNorm = Later("d_gradient_norm"),
                RealDistance = Later("real_distance"),
                FakeDistance = Later("fake_distance"),
                Penalty = Optional("penalty"),
                Slope = Optional("d_slope"),
                ClassLoss = Optional("class_loss"),
                RealClassAccuracy = Optional("real_class_accuracy"),
                FakeClassAccuracy = Optional("fake_class_accuracy"),
                Warnings = Warnings(),
            };

            // Logs of before there were such fields can be read too.
            double Later(string name) => root.TryGetProperty(name, out _) ? Number(name) : double.NaN;

            // Only a recipe with a regulariser, or with classes at D's end, writes these.
            double? Optional(string name) => root.TryGetProperty(name, out _) ? Number(name) : null;

            IReadOnlyList<string> Warnings()
            {
                if (!root.TryGetProperty("warnings", out JsonElement element))
                    return [];
                if (element.ValueKind != JsonValueKind.Array || element.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
                    throw new InvalidDataException($"{path}: line {number}, 'warnings' is wrong, expected an array of texts; delete the line");
                return [.. element.EnumerateArray().Select(e => e.GetString()!)];
            }

            double Number(string name)
            {
                if (root.TryGetProperty(name, out JsonElement element))
                {
                    if (element.ValueKind == JsonValueKind.Null)
                        return double.NaN;
                    if (element.ValueKind == JsonValueKind.Number)
                        return element.GetDouble();
                }

                throw new InvalidDataException($"{path}: line {number}, '{name}' is missing or wrong, expected a number or null; delete the line");
            }
        }
    }
}
