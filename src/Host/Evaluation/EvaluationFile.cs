using System.Text.Json;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Evaluation;

/// <summary>An <see cref="EvaluationResult"/> as JSON: docs/evaluation.md has its fields.</summary>
internal static class EvaluationFile
{
    /// <summary>Its name in a run directory.</summary>
    public const string Name = "evaluation.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
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
        try
        {
            var evaluation = JsonSerializer.Deserialize<EvaluationResult>(File.ReadAllBytes(path), Json);
            if (evaluation?.Format == EvaluationResult.CurrentFormat)
                return evaluation;
            throw new InvalidDataException($"{path}: format is '{evaluation?.Format}', expected '{EvaluationResult.CurrentFormat}'; run 'gpucgan evaluate' again");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: is no evaluation: {e.Message.ReplaceLineEndings(" ")} Run 'gpucgan evaluate' again.", e);
        }
    }
}
