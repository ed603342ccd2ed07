using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using GpuCgan.Host.Export;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Export;

public sealed class ExportedGeneratorTests : IDisposable
{
    private const int Classes = 3;
    private const int Rows = 64;

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 2);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    /// <summary>A few steps from the first weights, so that running statistics, biases, γ and β are no longer what they start as.</summary>
    private ConditionalGan Trained(Recipe recipe, ImageShape image)
    {
        var gan = new ConditionalGan(_device, recipe, image, Classes, 9);
        var random = new Random(3);
        var pixels = new byte[30 * image.Pixels];
        random.NextBytes(pixels);
        gan.Load(pixels, [.. Enumerable.Range(0, 30).Select(i => (byte)(i % Classes))]);
        for (int i = 0; i < 20; i++)
            gan.TrainStep();
        return gan;
    }

    private CheckpointHeader HeaderOf(ConditionalGan gan)
    {
        string path = _folder.Entry("c.safetensors");
        GanCheckpoint.Save(gan, path, new Dictionary<string, string> { ["class_names"] = "[\"a\",\"b\",\"ü\"]", ["data"] = "noise" });
        return GanCheckpoint.ReadHeader(path);
    }

    /// <summary>Every kind of layer, and an activation behind a dropout, which no layer takes into its epilogue.</summary>
    private static readonly string[] Layers =
        ["linear 150", "leaky_relu 0.2", "linear 260", "batch_norm", "relu", "linear 370", "batch_norm", "dropout 0.3", "leaky_relu 0.1", "linear 100", "sigmoid", "linear image", "tanh"];

    private static Recipe RecipeOf(GeneratorLabelKind label, float average) => new()
    {
        Name = "tiny", Latent = 5, Generator = Layers, Discriminator = ["linear 200", "leaky_relu 0.2", "linear 1"], BatchSize = 8, GeneratorLabel = label,
        DiscriminatorLabel = label == GeneratorLabelKind.None ? DiscriminatorLabelKind.None : DiscriminatorLabelKind.OneHot, GeneratorAverage = average, GeneratorLearningRate = 0.01f,
    };

    /// <summary>The noise behind <c>gan.Sample([label], 0, 64, seed)</c>: the sampler's first block.</summary>
    private double[] NoiseOf(ConditionalGan gan, int label, ulong seed)
    {
        var (memory, z) = _device.AllocateMatrix(Rows, gan.Recipe.Latent);
        using var owned = memory;
        using var clock = new StepClock(_device, seed);
        new Philox(_device).Normal(clock.View, Purpose.Sampling(label), z);
        var all = memory.Download();
        return [.. Enumerable.Range(0, Rows * z.Columns).Select(i => (double)all[i / z.Columns * z.Stride + i % z.Columns])];
    }

    [Theory]
    [InlineData(GeneratorLabelKind.OneHot, 0f, 4, 4, 1)]
    [InlineData(GeneratorLabelKind.Embedding, 0f, 3, 5, 1)]
    [InlineData(GeneratorLabelKind.OneHot, 0.9f, 5, 4, 3)]
    [InlineData(GeneratorLabelKind.Embedding, 0.5f, 1, 1, 1)]
    [InlineData(GeneratorLabelKind.None, 0f, 4, 4, 1)]
    public void AnotherReaderDrawsTheSameImages(GeneratorLabelKind label, float average, int height, int width, int channels)
    {
        var image = new ImageShape(height, width, channels);
        using var gan = Trained(RecipeOf(label, average), image);
        ExportedGenerator.WriteOnnx(gan, HeaderOf(gan), _folder.Entry("g.onnx"));
        var model = new OnnxModel(File.ReadAllBytes(_folder.Entry("g.onnx")));

        Assert.Equal((8, 17), (model.IrVersion, model.Opset));
        Assert.Equal(label == GeneratorLabelKind.None ? ["z:1[batch,5]"] : ["z:1[batch,5]", "label:7[batch]"], model.Inputs);
        Assert.Equal([$"image:1[batch,{channels},{height},{width}]"], model.Outputs);
        for (int y = 0; y < Classes; y++)
        {
            float[] ours = gan.Sample([y], 0, Rows, 11);
            var theirs = model.Run(new([Rows, 5], NoiseOf(gan, y, 11)), new([Rows], [.. Enumerable.Repeat((double)y, Rows)]));
            Assert.Equal([Rows, channels, height, width], theirs.Shape);
            // Four products of at most 60 terms of order 1 and tanh, whose slope is at most 1: rounding of 2^-24 a term stays far below this.
            Assert.All(ours.Zip(theirs.Values), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2e-4));
            Assert.True(ours.Max() - ours.Min() > 0.01, "the images must differ for this to say anything");
        }
        Assert.Equal("[\"a\",\"b\",\"\\u00FC\"]", model.Metadata["class_names"]);
        Assert.Equal(("20", "9", "noise", average > 0 ? "average" : "last"), (model.Metadata["step"], model.Metadata["seed"], model.Metadata["data"], model.Metadata["weights"]));
    }

    public static TheoryData<string> BuiltIn => [.. RecipeFile.Names];

    [Theory]
    [MemberData(nameof(BuiltIn))]
    public void EveryBuiltInRecipesGeneratorIsTheSameElsewhere(string name)
        => IsTheSameElsewhere(RecipeFile.Load(name) with { BatchSize = 8 }, new ImageShape(8, 8, 1));

    /// <summary>Every layer of planes, at sizes that differ in both directions; then a vector behind planes; then a factor that other layers do not follow.</summary>
    public static TheoryData<string[], GeneratorLabelKind> LayersOfPlanes => new()
    {
        {
            ["linear 6 at 1/4", "instance_norm", "relu", "upsample", "conv 8 3x3 pad 1", "layer_norm", "leaky_relu 0.1", "upsample", "average_pool", "conv_transpose 7 3x2",
                "batch_norm", "conv 7 3x2", "sigmoid", "dropout 0.2", "conv_transpose image 3x3 stride 2 pad 1 output_pad 1", "tanh"], GeneratorLabelKind.OneHot
        },
        { ["linear 6 at 1/4", "batch_norm", "relu", "conv 9 2x3 stride 2 pad 1", "average_pool", "linear image", "tanh"], GeneratorLabelKind.Embedding },
        { ["linear image", "layer_norm", "tanh"], GeneratorLabelKind.Multiply },
        { ["linear 5 at 1/2", "instance_norm", "upsample", "conv image 1x1", "tanh"], GeneratorLabelKind.Multiply },
    };

    [Theory]
    [MemberData(nameof(LayersOfPlanes))]
    public void PlanesAreTheSameElsewhere(string[] layers, GeneratorLabelKind label)
        => IsTheSameElsewhere(RecipeOf(label, average: 0) with { Generator = layers }, new ImageShape(8, 12, 3));

    private void IsTheSameElsewhere(Recipe recipe, ImageShape image)
    {
        // The reader is slow, and a few images show as much as many.
        const int few = 3;
        using var gan = Trained(recipe, image);
        ExportedGenerator.WriteOnnx(gan, HeaderOf(gan), _folder.Entry("g.onnx"));
        var model = new OnnxModel(File.ReadAllBytes(_folder.Entry("g.onnx")));
        for (int y = 0; y < 2; y++)
        {
            float[] ours = gan.Sample([y], 0, few, 11);
            var theirs = model.Run(new([few, recipe.Latent], NoiseOf(gan, y, 11)[..(few * recipe.Latent)]), new([few], [.. Enumerable.Repeat((double)y, few)]));
            Assert.Equal([few, image.Channels, image.Height, image.Width], theirs.Shape);
            Assert.Equal(theirs.Values.Length, ours.Length);
            // Chains of up to 4096 terms of order 1 divided by a deviation that is seldom below 0.1, and tanh: rounding of 2^-24 a term stays below this, a wrong pixel does not.
            Assert.All(ours.Zip(theirs.Values), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 2e-4));
            Assert.True(ours.Max() - ours.Min() > 0.01, "the images must differ for this to say anything");
        }
    }

    [Fact]
    public void OneModelTakesBatchesOfAnySizeAndMixedLabels()
    {
        using var gan = Trained(RecipeOf(GeneratorLabelKind.OneHot, 0), new ImageShape(4, 4, 1));
        ExportedGenerator.WriteOnnx(gan, HeaderOf(gan), _folder.Entry("g.onnx"));
        var model = new OnnxModel(File.ReadAllBytes(_folder.Entry("g.onnx")));
        double[] z = NoiseOf(gan, 0, 4)[..15];
        var together = model.Run(new([3, 5], z), new([3], [2, 0, 1]));
        for (int i = 0; i < 3; i++)
        {
            var alone = model.Run(new([1, 5], z[(i * 5)..((i + 1) * 5)]), new([1], [new[] { 2, 0, 1 }[i]]));
            Assert.Equal(together.Values[(i * 16)..((i + 1) * 16)], alone.Values);
        }
    }

    /// <summary>The rules by which other tools load a file, and the order in which the format's own library writes one type: by name.</summary>
    [Theory]
    [InlineData(0f), InlineData(0.9f)]
    public void SafetensorsFollowTheFormatsRules(float average)
    {
        using var gan = Trained(RecipeOf(GeneratorLabelKind.Embedding, average), new ImageShape(4, 4, 1));
        ExportedGenerator.WriteSafeTensors(gan, HeaderOf(gan), _folder.Entry("g.safetensors"));
        byte[] file = File.ReadAllBytes(_folder.Entry("g.safetensors"));
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        Assert.Equal((byte)'{', file[8]);
        var header = JsonNode.Parse(Encoding.UTF8.GetString(file, 8, length))!.AsObject();
        Assert.All(header["__metadata__"]!.AsObject(), field => Assert.Equal(System.Text.Json.JsonValueKind.String, field.Value!.GetValueKind()));
        string[] names = [.. header.Select(tensor => tensor.Key).Where(key => key != "__metadata__")];
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(gan.GeneratorTensors().Select(tensor => tensor.Name).Order(StringComparer.Ordinal), names);
        long end = 0;
        foreach (string name in names)
        {
            var tensor = header[name]!;
            long[] shape = [.. tensor["shape"]!.AsArray().Select(extent => (long)extent!)];
            long[] offsets = [.. tensor["data_offsets"]!.AsArray().Select(offset => (long)offset!)];
            Assert.Equal(("F32", end, end + 4 * shape.Aggregate(1L, (a, b) => a * b)), ((string)tensor["dtype"]!, offsets[0], offsets[1]));
            var values = gan.GeneratorTensors().Single(t => t.Name == name);
            Assert.Equal(values.Shape, shape);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.Values.Span).SequenceEqual(file.AsSpan(8 + length + (int)offsets[0], (int)(offsets[1] - offsets[0]))));
            end = offsets[1];
        }
        Assert.Equal(file.Length, 8 + length + end);
        Assert.Equal(average > 0, !gan.GeneratorParameters.Values.Download().SequenceEqual(gan.SamplingParameters.Values.Download()));
    }

    [Theory]
    [InlineData(0, "0800")]
    [InlineData(1, "0801")]
    [InlineData(300, "08AC02")]
    [InlineData(-1, "08FFFFFFFFFFFFFFFFFF01")]
    public void AVarintIsWrittenAsTheEncodingSays(long value, string expected)
        => Assert.Equal(expected, Convert.ToHexString(new ProtobufMessage().Integer(1, value).Bytes.Span));
}
