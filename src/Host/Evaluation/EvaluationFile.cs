using System.Text.Json;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Evaluation;

/// <summary>An <see cref="EvaluationResult"/> as JSON: docs/evaluation.md has its fields.</summary>
internal static class EvaluationFile
{
    /// <summary>Its name in a run directory.</summary>
    public const string Name = "evaluation.json";

    // Ours are some kilobytes a class, of at most 256.
    private const int MaxBytes = 16 << 20;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
    };

    public static byte[] ToJson(EvaluationResult evaluation) => [.. JsonSerializer.SerializeToUtf8Bytes(evaluation, Json), (byte)'\n'];

    /// <summary>Writes it, whole or not at all.</summary>
    public static void Write(string path, EvaluationResult evaluation) => AtomicFile.Write(path, stream => stream.Write(ToJson(evaluation)));

    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is not an evaluation of this version.</exception>
    public static EvaluationResult Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file, expected what 'gpucgan evaluate' writes; run it", path);
        long length = new FileInfo(path).Length;
        if (length > MaxBytes)
            throw new InvalidDataException($"{path}: file is {length} bytes, expected at most {MaxBytes}; run 'gpucgan evaluate' again");
        try
        {
            var evaluation = JsonSerializer.Deserialize<EvaluationResult>(File.ReadAllBytes(path), Json);
            if (evaluation?.Format == EvaluationResult.CurrentFormat)
            {
                // The serialiser checks members for null, and not the elements of lists.
                if (evaluation.Classes.Contains(null!) || (evaluation.Confusion is { } counts && (counts.Generated.Contains(null!) || counts.Real.Contains(null!))))
                    throw new InvalidDataException($"{path}: classes or confusion holds null, expected an entry a class; run 'gpucgan evaluate' again");
                return evaluation;
            }
            throw new InvalidDataException($"{path}: format is {(evaluation is null ? "missing" : QuotedText.Of(evaluation.Format))}, expected '{EvaluationResult.CurrentFormat}'; run 'gpucgan evaluate' again");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path}: is no evaluation: {QuotedText.Plain(e.Message)} Run 'gpucgan evaluate' again.", e);
        }
    }
}
