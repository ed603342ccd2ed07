using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// A <see cref="ConditionalGan"/> in a safetensors file: both networks, the running statistics, Adam's moments, G's average where there is one, and in the
/// metadata the recipe, the images' shape, the classes, the seed and the step. Nothing in it is executed.
/// </summary>
public static class GanCheckpoint
{
    private const string Format = "gpucgan-checkpoint-1";

    /// <summary>Far more than the layers of any built-in recipe keep of an image.</summary>
    private const long BatchBytes = 16 << 20;

    /// <summary>Waits for the device and writes everything, to a temporary name first.</summary>
    public static void Save(ConditionalGan gan, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafeTensorsWriter();
        writer.AddMetadata("format", Format);
        writer.AddMetadata("recipe", RecipeFile.ToJson(gan.Recipe).ToJsonString());
        writer.AddMetadata("image", $"{Text(gan.Image.Height)}x{Text(gan.Image.Width)}x{Text(gan.Image.Channels)}");
        writer.AddMetadata("classes", Text(gan.Classes));
        writer.AddMetadata("seed", gan.Seed.ToString(CultureInfo.InvariantCulture));
        writer.AddMetadata("step", gan.Step.ToString(CultureInfo.InvariantCulture));
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>())
            writer.AddMetadata(key, value);
        foreach (var (name, arena) in Arenas(gan))
        {
            var all = arena.Download();
            foreach (var slot in arena.Layout.Slots)
                writer.Add($"{name}.{slot.Name}", slot.Shape, new ReadOnlyMemory<float>(all, (int)slot.Offset, slot.Length));
        }
        writer.Write(path);
    }

    /// <summary>Opens a checkpoint on <paramref name="device"/>: ready to sample from, and to go on training once data is loaded.</summary>
    /// <exception cref="InvalidDataException">The file is torn, no checkpoint of ours, or its tensors are not those of its recipe.</exception>
    public static ConditionalGan Load(ComputeDevice device, string path)
    {
        using var file = SafeTensorsFile.Open(path);
        var header = ReadHeader(file);
        var gan = Create(device, file, header);
        try
        {
            ReadTensors(file, gan);
            gan.GoOnFrom(header.Step);
            return gan;
        }
        catch
        {
            gan.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The networks of the header's recipe. Values and Adam's two moments are in the file, so gradients and an average included 16 times its length is enough for them, and
    /// <see cref="BatchBytes"/> an image for what a batch leaves in the layers: a small file cannot ask for networks that it does not hold.
    /// </summary>
    private static ConditionalGan Create(ComputeDevice device, SafeTensorsFile file, CheckpointHeader header)
    {
        long fileBytes = new FileInfo(file.Path).Length;
        try
        {
            return new ConditionalGan(device, header.Recipe, header.Image, header.Classes, header.Seed, 16 * fileBytes + header.Recipe.BatchSize * BatchBytes + BatchBytes);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{file.Path}: recipe '{header.Recipe.Name}' does not belong to a file of {fileBytes} bytes: {e.Message}; take another checkpoint", e);
        }
    }

    /// <summary>What a checkpoint says of itself, without its tensors.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>.</exception>
    public static CheckpointHeader ReadHeader(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return ReadHeader(file);
    }

    private static CheckpointHeader ReadHeader(SafeTensorsFile file)
    {
        string format = file.RequiredMetadata("format");
        if (format != Format)
            throw new InvalidDataException($"{file.Path}: format is '{format}'; this program reads '{Format}'.");
        string[] image = file.RequiredMetadata("image").Split('x');
        if (image.Length != 3)
            throw new InvalidDataException($"{file.Path}: image is '{file.RequiredMetadata("image")}'; expected height x width x channels.");
        var shape = new ImageShape(Number(image[0], "image", 1, 4096), Number(image[1], "image", 1, 4096), Number(image[2], "image", 1, 16));
        return new CheckpointHeader(
            ReadRecipe(file), shape, Number(file.RequiredMetadata("classes"), "classes", 1, 256),
            ulong.TryParse(file.RequiredMetadata("seed"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : throw Bad("seed"),
            Number(file.RequiredMetadata("step"), "step", 0, int.MaxValue), file.Metadata);

        int Number(string text, string field, int low, int high) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high ? value : throw Bad(field);

        InvalidDataException Bad(string field) => new($"{file.Path}: {field} is '{file.RequiredMetadata(field)}', which no checkpoint holds; the file is damaged.");
    }

    private static Recipe ReadRecipe(SafeTensorsFile file)
    {
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(file.RequiredMetadata("recipe"), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file.Path}: the recipe is not JSON, or has a name twice: {QuotedText.Plain(e.Message)}");
        }
        var recipe = RecipeFile.Parse(json, $"{file.Path}: recipe");
        RecipeFile.Check(recipe, $"{file.Path}: recipe");
        return recipe;
    }

    private static void ReadTensors(SafeTensorsFile file, ConditionalGan gan)
    {
        int expected = 0;
        foreach (var (name, arena) in Arenas(gan))
        {
            var all = new float[Math.Max(1, arena.Layout.Length)];
            foreach (var slot in arena.Layout.Slots)
            {
                string tensor = $"{name}.{slot.Name}";
                var values = all.AsSpan((int)slot.Offset, slot.Length);
                if (!file.Contains(tensor))
                    throw new InvalidDataException($"{file.Path}: tensor '{tensor}' is missing; the file is not a checkpoint of its recipe '{gan.Recipe.Name}'.");
                file.Read(tensor, slot.Shape, values);
                foreach (float value in values)
                {
                    if (!float.IsFinite(value))
                        throw new InvalidDataException($"{file.Path}: tensor '{tensor}' holds {value.ToString(CultureInfo.InvariantCulture)}; take an earlier checkpoint.");
                }
                expected++;
            }
            arena.Upload(all);
        }
        if (file.Tensors.Count != expected)
            throw new InvalidDataException($"{file.Path}: holds {file.Tensors.Count} tensors, and its recipe '{gan.Recipe.Name}' has {expected}.");
    }

    private static IEnumerable<(string Name, Arena Arena)> Arenas(ConditionalGan gan)
    {
        foreach (var (name, p) in ((string, Parameters)[])[("generator", gan.GeneratorParameters), ("discriminator", gan.DiscriminatorParameters)])
        {
            yield return (name, p.Values);
            yield return ($"{name}.statistics", p.Statistics);
            yield return ($"{name}.adam_first", p.FirstMoments);
            yield return ($"{name}.adam_second", p.SecondMoments);
        }
        if (gan.AverageParameters is { } average)
        {
            yield return ("generator_average", average.Values);
            yield return ("generator_average.statistics", average.Statistics);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What a checkpoint says of itself.</summary>
/// <param name="Recipe">What was trained.</param>
/// <param name="Image">The images' shape.</param>
/// <param name="Classes">Labels are 0 … Classes−1.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Metadata">Everything else that was written with it.</param>
public sealed record CheckpointHeader(Recipe Recipe, ImageShape Image, int Classes, ulong Seed, long Step, IReadOnlyDictionary<string, string> Metadata);
