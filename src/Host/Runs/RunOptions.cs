using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Runs;

/// <summary>Reads a run's options.json back.</summary>
internal static class RunOptions
{
    /// <exception cref="InvalidDataException">The field is missing or no text.</exception>
    public static string Text(JsonObject options, string field, string file) =>
        options[field] is JsonValue value && value.TryGetValue(out string? text) ? text : throw Bad(field, file, "a text");

    /// <exception cref="InvalidDataException">The field is missing or no whole number from 1 to 2³¹−1.</exception>
    public static long Number(JsonObject options, string field, string file) =>
        options[field] is JsonValue value && value.TryGetValue(out long number) && number is >= 1 and <= int.MaxValue ? number : throw Bad(field, file, "a whole number of at least 1");

    /// <exception cref="InvalidDataException">The field is missing or no whole number from 0 to 2⁶⁴−1.</exception>
    public static ulong Seed(JsonObject options, string file) =>
        options["seed"] is JsonValue value && value.TryGetValue(out ulong seed) ? seed : throw Bad("seed", file, "a whole number of at least 0");

    /// <summary>The data set that the run learns from, as it was asked for.</summary>
    /// <exception cref="InvalidDataException">A field is missing or not what it should be.</exception>
    public static DataRequest Data(JsonObject options, string file) => DataRequest.FromJson(
        Text(options, "data", file), options["data_dir"] is null ? null : Text(options, "data_dir", file), options["data_options"], file);

    /// <summary>A checkpoint belongs to its run only where both hold the same recipe.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    public static void CheckRecipe(JsonObject options, CheckpointHeader header, string file, string checkpoint)
    {
        if (!RecipeFile.AreSame(RecipeFile.Parse(options["recipe"], $"{file}: recipe"), header.Recipe))
            throw new InvalidDataException($"{checkpoint}: its recipe '{header.Recipe.Name}' is not the one in {file}; the checkpoint is of another run.");
    }

    private static InvalidDataException Bad(string field, string file, string expected) =>
        new($"{file}: {field} is missing or not {expected}; the file is damaged.");
}
