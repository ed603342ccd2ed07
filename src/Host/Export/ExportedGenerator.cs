using System.Globalization;
using GpuCgan.Host.Runs;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Export;

/// <summary>Writes the G of a checkpoint for other programs: what samples are drawn with, without D and without what only training needs.</summary>
internal static class ExportedGenerator
{
    private const string Format = "gpucgan-generator-1";

    // The bound of Protocol Buffers on a message; ONNX keeps larger models in several files.
    private const long MostOnnxBytes = int.MaxValue;

    /// <summary>An ONNX model; see <see cref="OnnxGenerator"/>.</summary>
    /// <exception cref="NotSupportedException">A layer has no place in the format; it is named.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteOnnx(ConditionalGan gan, CheckpointHeader header, string path)
    {
        if (gan.GeneratorTensors().Sum(tensor => (long)tensor.Values.Length * sizeof(float)) > MostOnnxBytes / 2)
            throw new NotSupportedException($"ONNX: the generator is larger than {MostOnnxBytes / 2} bytes, which does not fit one file; use --format safetensors");
        var model = OnnxGenerator.Model(gan.DescribeGenerator(), Metadata(gan, header));
        AtomicFile.Write(path, stream => stream.Write(model.Bytes.Span));
    }

    /// <summary>A safetensors file of the weights and running statistics, in the order in which the format's own library writes: by name, since all are of one type.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteSafeTensors(ConditionalGan gan, CheckpointHeader header, string path)
    {
        var writer = new SafeTensorsWriter();
        foreach (var (key, value) in Metadata(gan, header))
            writer.AddMetadata(key, value);
        foreach (var tensor in gan.GeneratorTensors().OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
            writer.Add(tensor.Name, [.. tensor.Shape], tensor.Values);
        writer.Write(path);
    }

    private static IEnumerable<KeyValuePair<string, string>> Metadata(ConditionalGan gan, CheckpointHeader header)
    {
        var fields = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = ProgramVersion.Text,
            ["weights"] = gan.HasAverage ? "average" : "last",
            ["step"] = header.Step.ToString(CultureInfo.InvariantCulture),
            ["seed"] = header.Seed.ToString(CultureInfo.InvariantCulture),
            ["image"] = string.Create(CultureInfo.InvariantCulture, $"{gan.Image.Height}x{gan.Image.Width}x{gan.Image.Channels}"),
            ["latent"] = gan.Recipe.Latent.ToString(CultureInfo.InvariantCulture),
            ["classes"] = gan.Classes.ToString(CultureInfo.InvariantCulture),
            [ClassNames.Field] = ClassNames.ToJson(ClassNames.Of(header, out _)),
            ["recipe"] = RecipeFile.ToJson(gan.Recipe).ToJsonString(),
            ["layout"] = "linear: y = x*weight + bias with weight [inputs, outputs]; conv: weight [outputs, inputs*rows*columns], transposed [inputs, outputs*rows*columns]; image [channels, height, width] in [-1, 1]",
        };
        foreach (string key in (string[])["data", "data_sha256"])
        {
            if (header.Metadata.TryGetValue(key, out string? value))
                fields[key] = value;
        }
        return fields;
    }
}
