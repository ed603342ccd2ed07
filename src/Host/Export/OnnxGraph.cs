using System.Runtime.InteropServices;

namespace GpuCgan.Host.Export;

/// <summary>
/// Builds an ONNX model: constants, nodes, inputs and outputs, and the file that holds them. The numbers of fields and types are those of onnx.proto (IR version 8), the
/// operators those of opset 17, which every runtime of 2022 and later reads.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>The version of the operators.</summary>
    public const int Opset = 17;

    /// <summary>TensorProto.FLOAT and TensorProto.INT64.</summary>
    public const int Float = 1, Int64 = 7;

    private const int IrVersion = 8;

    private readonly List<ProtobufMessage> _nodes = [];
    private readonly List<ProtobufMessage> _constants = [];
    private readonly List<ProtobufMessage> _inputs = [];
    private readonly List<ProtobufMessage> _outputs = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>An input, by name. An extent below 0 is free: the batch.</summary>
    public string Input(string name, int type, params ReadOnlySpan<long> shape)
    {
        _inputs.Add(Value(name, type, shape));
        return Unique(name);
    }

    /// <summary>Says that a node's output is the graph's.</summary>
    public void Output(string name, int type, params ReadOnlySpan<long> shape) => _outputs.Add(Value(name, type, shape));

    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) => Constant(name, Float, MemoryMarshal.AsBytes(values), shape);

    public string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape) => Constant(name, Int64, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A node with one output, which has the node's name.</summary>
    public string Node(string operation, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        var node = new ProtobufMessage();
        foreach (string input in inputs)
            node.Text(1, input);
        node.Text(2, Unique(name)).Text(3, name).Text(4, operation);
        foreach (var attribute in attributes)
            node.Message(5, attribute.ToMessage());
        _nodes.Add(node);
        return name;
    }

    /// <summary>The whole file, a ModelProto.</summary>
    /// <param name="name">Of the graph.</param>
    /// <param name="description">For people.</param>
    /// <param name="version">Of this program.</param>
    /// <param name="metadata">Free text by key.</param>
    public ProtobufMessage Model(string name, string description, string version, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new ProtobufMessage();
        foreach (var node in _nodes)
            graph.Message(1, node);
        graph.Text(2, name);
        foreach (var constant in _constants)
            graph.Message(5, constant);
        foreach (var input in _inputs)
            graph.Message(11, input);
        foreach (var output in _outputs)
            graph.Message(12, output);
        var model = new ProtobufMessage().Integer(1, IrVersion).Text(2, "gpucgan").Text(3, version).Text(6, description).Message(7, graph)
            .Message(8, new ProtobufMessage().Text(1, "").Integer(2, Opset));
        foreach (var (key, value) in metadata)
            model.Message(14, new ProtobufMessage().Text(1, key).Text(2, value));
        return model;
    }

    private string Constant(string name, int type, ReadOnlySpan<byte> bytes, ReadOnlySpan<long> shape)
    {
        var tensor = new ProtobufMessage();
        foreach (long extent in shape)
            tensor.Integer(1, extent);
        _constants.Add(tensor.Integer(2, type).Text(8, Unique(name)).Blob(9, bytes));
        return name;
    }

    private static ProtobufMessage Value(string name, int type, ReadOnlySpan<long> shape)
    {
        var extents = new ProtobufMessage();
        foreach (long extent in shape)
            extents.Message(1, extent < 0 ? new ProtobufMessage().Text(2, "batch") : new ProtobufMessage().Integer(1, extent));
        var tensor = new ProtobufMessage().Integer(1, type).Message(2, extents);
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, tensor));
    }

    private string Unique(string name) => _names.Add(name) ? name : throw new ArgumentException($"the graph has a value '{name}' already", nameof(name));
}
