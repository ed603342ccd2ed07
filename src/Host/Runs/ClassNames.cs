using System.Globalization;
using System.Text.Json;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Runs;

/// <summary>The names of the classes that a run learns, as its checkpoints keep them.</summary>
internal static class ClassNames
{
    /// <summary>The metadata field that holds them, as a JSON array.</summary>
    public const string Field = "class_names";

    public static string ToJson(IReadOnlyList<string> names) => JsonSerializer.Serialize(names);

    /// <summary>One name a label; the labels' numbers where the checkpoint holds no names.</summary>
    /// <param name="header">Of the checkpoint.</param>
    /// <param name="areReadable">False where it holds something that is not one name a label.</param>
    public static IReadOnlyList<string> Of(CheckpointHeader header, out bool areReadable)
    {
        areReadable = true;
        if (header.Metadata.TryGetValue(Field, out string? json))
        {
            if (FromJson(json) is { } names && names.Length == header.Classes && !names.Any(string.IsNullOrEmpty))
                return names;
            areReadable = false;
        }

        return [.. Enumerable.Range(0, header.Classes).Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    private static string[]? FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
