using GpuCgan.Kernels.Operators;
using GpuCgan.Network;
using GpuCgan.Network.Layers;

namespace GpuCgan.Host.Export;

/// <summary>
/// G as an ONNX model: inputs <c>z</c> [batch, latent], drawn from N(0, 1), and <c>label</c> [batch] where G sees labels; output <c>image</c> [batch, channels, height, width] in [−1, 1]. Batch
/// normalisation uses the running statistics, so an image does not depend on the others of its batch.
/// </summary>
internal static class OnnxGenerator
{
    private const long Batch = -1;

    /// <param name="generator">What it computes.</param>
    /// <param name="metadata">What the file says of itself beside that.</param>
    public static ProtobufMessage Model(GeneratorDescription generator, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new OnnxGraph();
        var x = Input(graph, generator);
        for (int i = 0; i < generator.Layers.Count; i++)
        {
            var layer = generator.Layers[i];
            string name = layer.Name.Length > 0 ? layer.Name : $"layer{i + 1}";
            x = Compute(graph, layer, name, x);
            x = x with { Name = Activate(graph, layer, name, x.Name) };
        }
        var image = generator.Image;
        string shape = graph.Constant("image.shape", [0L, image.Channels, image.Height, image.Width], 4);
        graph.Output(graph.Node("Reshape", "image", [x.Name, shape]), OnnxGraph.Float, Batch, image.Channels, image.Height, image.Width);
        return graph.Model("generator", $"Images of {image} in [-1, 1] from z, drawn from N(0, 1), and labels from 0 to {generator.Classes - 1}.", ProgramVersion.Text, metadata);
    }

    private static OnnxValue Input(OnnxGraph graph, GeneratorDescription generator)
    {
        string z = graph.Input("z", OnnxGraph.Float, Batch, generator.Latent);
        if (generator.LabelColumns == 0)
            return new(z, generator.Latent);
        string labels = Encode(graph, generator, graph.Input("label", OnnxGraph.Int64, Batch));
        return generator.LabelMultiplies
            ? new(graph.Node("Mul", "input", [z, labels]), generator.Latent)
            : new(graph.Node("Concat", "input", [z, labels], new OnnxAttribute("axis", 1)), generator.Latent + generator.LabelColumns);
    }

    private static string Encode(OnnxGraph graph, GeneratorDescription generator, string label)
    {
        if (generator.LabelTable is { } table)
            return graph.Node("Gather", "labels", [graph.Constant("labels.table", table, generator.Classes, generator.LabelColumns), label], new OnnxAttribute("axis", 0));
        string depth = graph.Constant("labels.depth", [(long)generator.Classes], 1), values = graph.Constant("labels.values", [0f, 1f], 2);
        return graph.Node("OneHot", "labels", [label, depth, values], new OnnxAttribute("axis", -1));
    }

    /// <summary>The nodes of a layer without its activation. A new kind of layer is a case here and a <see cref="LayerDescription"/>.</summary>
    private static OnnxValue Compute(OnnxGraph graph, LayerDescription layer, string name, OnnxValue x) => layer switch
    {
        LinearDescription l => new(graph.Node("Gemm", name,
            [x.As(graph, name, l.Inputs).Name, graph.Constant($"{name}.weight", l.Weight, l.Inputs, l.Outputs), graph.Constant($"{name}.bias", l.Bias, l.Outputs)]), l.Outputs),
        ConvolutionDescription c => Convolve(graph, c, x),
        ResamplingDescription { IsUpsampling: true } r => Upsample(graph, r, name, x),
        ResamplingDescription r => new(graph.Node("AveragePool", name, [x.As(graph, name, r.Channels, r.Height, r.Width).Name],
            new OnnxAttribute("kernel_shape", 2, 2), new OnnxAttribute("strides", 2, 2)), r.Channels, r.Height / 2, r.Width / 2),
        BatchNormalizationDescription b => Normalize(graph, "BatchNormalization", b, b.Epsilon, b.Pixels == 1 ? x.As(graph, name, b.Gamma.Length) : x.AsPlanes(graph, name, b.Gamma.Length, b.Pixels),
            [("gamma", b.Gamma), ("beta", b.Beta), ("running_mean", b.Mean), ("running_variance", b.Variance)]),
        SampleNormalizationDescription { Planes: 0 } n => Normalize(graph, "LayerNormalization", n, n.Epsilon, x.As(graph, name, n.Pixels), [("gamma", n.Gamma), ("beta", n.Beta)]),
        SampleNormalizationDescription n => Normalize(graph, "InstanceNormalization", n, n.Epsilon, x.AsPlanes(graph, name, n.Planes, n.Pixels), [("gamma", n.Gamma), ("beta", n.Beta)]),
        ActivationDescription => x,
        _ => throw new NotSupportedException($"ONNX: a network with '{name}' cannot be exported: its kind of layer has no nodes"),
    };

    /// <summary>Our weights lie as Conv and ConvTranspose want them: [features, channels, rows, columns] for both.</summary>
    private static OnnxValue Convolve(OnnxGraph graph, ConvolutionDescription c, OnnxValue x)
    {
        var s = c.Shape;
        string planes = x.As(graph, c.Name, c.IsTransposed ? [s.Features, s.MapHeight, s.MapWidth] : [s.Channels, s.Height, s.Width]).Name;
        string weight = graph.Constant($"{c.Name}.weight", c.Weight, s.Features, s.Channels, s.KernelHeight, s.KernelWidth);
        string[] inputs = c.Bias is { } bias ? [planes, weight, Vector(graph, c, "bias", bias)] : [planes, weight];
        OnnxAttribute kernel = new("kernel_shape", s.KernelHeight, s.KernelWidth), strides = new("strides", s.Stride, s.Stride),
            pads = new("pads", s.Padding, s.Padding, s.Padding, s.Padding);
        if (!c.IsTransposed)
            return new(graph.Node("Conv", c.Name, inputs, kernel, strides, pads), s.Features, s.MapHeight, s.MapWidth);
        // What is left of the image behind the last window.
        var more = new OnnxAttribute("output_padding", s.Height + 2 * s.Padding - s.KernelHeight - (s.MapHeight - 1) * s.Stride, s.Width + 2 * s.Padding - s.KernelWidth - (s.MapWidth - 1) * s.Stride);
        return new(graph.Node("ConvTranspose", c.Name, inputs, kernel, strides, pads, more), s.Channels, s.Height, s.Width);
    }

    /// <summary>Pixel (i, j) of the result is pixel (⌊i/2⌋, ⌊j/2⌋): no other mode of Resize leaves a tie to the reader.</summary>
    private static OnnxValue Upsample(OnnxGraph graph, ResamplingDescription r, string name, OnnxValue x)
    {
        string planes = x.As(graph, name, r.Channels, r.Height, r.Width).Name, scales = graph.Constant($"{name}.scales", [1f, 1, 2, 2], 4);
        return new(graph.Node("Resize", name, [planes, "", scales],
            new OnnxAttribute("mode", "nearest"), new OnnxAttribute("coordinate_transformation_mode", "asymmetric"), new OnnxAttribute("nearest_mode", "floor")), r.Channels, 2 * r.Height, 2 * r.Width);
    }

    private static OnnxValue Normalize(OnnxGraph graph, string operation, LayerDescription layer, float epsilon, OnnxValue x, ReadOnlySpan<(string Name, float[] Values)> vectors)
    {
        var inputs = new List<string> { x.Name };
        foreach (var (name, values) in vectors)
            inputs.Add(Vector(graph, layer, name, values));
        var attributes = new List<OnnxAttribute> { new("epsilon", epsilon) };
        if (operation == "LayerNormalization")
            attributes.Add(new OnnxAttribute("axis", 1));
        return x with { Name = graph.Node(operation, layer.Name, [.. inputs], [.. attributes]) };
    }

    private static string Vector(OnnxGraph graph, LayerDescription layer, string name, float[] values) => graph.Constant($"{layer.Name}.{name}", values, values.Length);

    private static string Activate(OnnxGraph graph, LayerDescription layer, string prefix, string x)
    {
        string name = $"{prefix}.{layer.Activation.Kind.ToString().ToLowerInvariant()}";
        return layer.Activation.Kind switch
        {
            ActivationKind.Identity => x,
            ActivationKind.LeakyRelu => graph.Node("LeakyRelu", name, [x], new OnnxAttribute("alpha", layer.Activation.Slope)),
            ActivationKind.Relu => graph.Node("Relu", name, [x]),
            ActivationKind.Tanh => graph.Node("Tanh", name, [x]),
            ActivationKind.Sigmoid => graph.Node("Sigmoid", name, [x]),
            _ => throw new NotSupportedException($"ONNX: '{layer.Name}' ends in {layer.Activation.Kind}, which has no node"),
        };
    }
}
