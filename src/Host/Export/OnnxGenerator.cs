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
        string z = graph.Input("z", OnnxGraph.Float, Batch, generator.Latent);
        string x = z;
        if (generator.LabelColumns > 0)
            x = graph.Node("Concat", "input", [z, Encode(graph, generator, graph.Input("label", OnnxGraph.Int64, Batch))], new OnnxAttribute("axis", 1));
        for (int i = 0; i < generator.Layers.Count; i++)
        {
            var layer = generator.Layers[i];
            x = Activate(graph, layer, layer.Name.Length > 0 ? layer.Name : $"layer{i + 1}", Compute(graph, layer, x));
        }
        var image = generator.Image;
        // An extent of 0 takes the batch over from the input.
        string shape = graph.Constant("image.shape", [0L, image.Channels, image.Height, image.Width], 4);
        graph.Output(graph.Node("Reshape", "image", [x, shape]), OnnxGraph.Float, Batch, image.Channels, image.Height, image.Width);
        return graph.Model("generator", $"Images of {image} in [-1, 1] from z, drawn from N(0, 1), and labels from 0 to {generator.Classes - 1}.", ProgramVersion.Text, metadata);
    }

    private static string Encode(OnnxGraph graph, GeneratorDescription generator, string label)
    {
        if (generator.LabelTable is { } table)
            return graph.Node("Gather", "labels", [graph.Constant("labels.table", table, generator.Classes, generator.LabelColumns), label], new OnnxAttribute("axis", 0));
        string depth = graph.Constant("labels.depth", [(long)generator.Classes], 1), values = graph.Constant("labels.values", [0f, 1f], 2);
        return graph.Node("OneHot", "labels", [label, depth, values], new OnnxAttribute("axis", -1));
    }

    /// <summary>The nodes of a layer without its activation. A new kind of layer is a case here and a <see cref="LayerDescription"/>.</summary>
    private static string Compute(OnnxGraph graph, LayerDescription layer, string x) => layer switch
    {
        LinearDescription l => graph.Node("Gemm", l.Name,
            [x, graph.Constant($"{l.Name}.weight", l.Weight, l.Inputs, l.Outputs), graph.Constant($"{l.Name}.bias", l.Bias, l.Outputs)]),
        BatchNormalizationDescription b => graph.Node("BatchNormalization", b.Name,
            [x, Vector(graph, b, "gamma", b.Gamma), Vector(graph, b, "beta", b.Beta), Vector(graph, b, "running_mean", b.Mean), Vector(graph, b, "running_variance", b.Variance)],
            new OnnxAttribute("epsilon", b.Epsilon)),
        ActivationDescription => x,
        _ => throw new NotSupportedException($"ONNX: a network with '{layer.Name}' cannot be exported: its kind of layer has no nodes"),
    };

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
