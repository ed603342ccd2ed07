using System.Buffers.Binary;
using System.Text;

namespace GpuCgan.Host.Tests.Export;

/// <summary>
/// Reads an ONNX file by the numbers of onnx.proto and evaluates it in double precision, after the operators' description in ONNX's documentation. It shares nothing with the
/// program that writes it, and knows just the operators that may be in there.
/// </summary>
internal sealed class OnnxModel
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Tensor> _constants = [];

    public OnnxModel(byte[] file)
    {
        foreach (var (field, value) in Fields(file))
        {
            switch (field)
            {
                case 1: IrVersion = value.Integer; break;
                case 7: ReadGraph(value.Bytes); break;
                case 8: Opset = Fields(value.Bytes).Single(f => f.Field == 2).Value.Integer; break;
                case 14: var pair = Fields(value.Bytes).ToDictionary(f => f.Field, f => f.Value.Text); Metadata.Add(pair[1], pair[2]); break;
            }
        }
    }

    public long IrVersion { get; }
    public long Opset { get; }
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Name, element type (1: float, 7: int64) and extents, "batch" among them.</summary>
    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public IEnumerable<string> Operations => _nodes.Select(node => node.Operation);

    /// <summary>The value called image, for z [batch, latent] and label [batch].</summary>
    public Tensor Run(Tensor z, Tensor label)
    {
        var values = new Dictionary<string, Tensor>(_constants) { ["z"] = z, ["label"] = label };
        foreach (var node in _nodes)
            values.Add(node.Output, Compute(node, [.. node.Inputs.Select(name => name.Length > 0 ? values[name] : new Tensor([0], []))]));
        return values["image"];
    }

    private static Tensor Compute(Node node, Tensor[] x) => node.Operation switch
    {
        "Gemm" => Map([x[0].Shape[0], x[1].Shape[1]], i => x[2].Values[i[1]] + Enumerable.Range(0, (int)x[1].Shape[0]).Sum(k => x[0][i[0], k] * x[1][k, i[1]])),
        "Mul" => x[0] with { Values = [.. x[0].Values.Zip(x[1].Values, (a, b) => a * b)] },
        "Conv" => OnnxPlanes.Convolve(x[0], x[1], x.ElementAtOrDefault(2), node.Lists["strides"], node.Lists["pads"]),
        "ConvTranspose" => OnnxPlanes.Spread(x[0], x[1], x.ElementAtOrDefault(2), node.Lists["strides"], node.Lists["pads"], node.Lists["output_padding"]),
        "Resize" when (node.Words["mode"], node.Words["coordinate_transformation_mode"], node.Words["nearest_mode"]) == ("nearest", "asymmetric", "floor") => OnnxPlanes.Resize(x[0], x[2]),
        "AveragePool" => OnnxPlanes.Pool(x[0], node.Lists["kernel_shape"], node.Lists["strides"]),
        "BatchNormalization" => OnnxPlanes.BatchNormalize(x[0], x[1], x[2], x[3], x[4], node.Floats["epsilon"]),
        "InstanceNormalization" => OnnxPlanes.Standardize(x[0], (int)(x[0].Shape[0] * x[0].Shape[1]), node.Floats["epsilon"], (part, _) => (x[1].Values[part % x[0].Shape[1]], x[2].Values[part % x[0].Shape[1]])),
        "LayerNormalization" when node.Integers["axis"] == 1 => OnnxPlanes.Standardize(x[0], (int)x[0].Shape[0], node.Floats["epsilon"], (_, at) => (x[1].Values[at], x[2].Values[at])),
        "LeakyRelu" => x[0] with { Values = [.. x[0].Values.Select(v => v < 0 ? node.Floats["alpha"] * v : v)] },
        "Relu" => x[0] with { Values = [.. x[0].Values.Select(v => Math.Max(v, 0))] },
        "Sigmoid" => x[0] with { Values = [.. x[0].Values.Select(v => 1 / (1 + Math.Exp(-v)))] },
        "Tanh" => x[0] with { Values = [.. x[0].Values.Select(Math.Tanh)] },
        "Concat" when node.Integers["axis"] == 1 => Map([x[0].Shape[0], x[0].Shape[1] + x[1].Shape[1]], i => i[1] < x[0].Shape[1] ? x[0][i[0], i[1]] : x[1][i[0], i[1] - (int)x[0].Shape[1]]),
        "Gather" when node.Integers["axis"] == 0 => Map([x[1].Shape[0], x[0].Shape[1]], i => x[0][(int)x[1].Values[i[0]], i[1]]),
        "OneHot" when node.Integers["axis"] == -1 => Map([x[0].Shape[0], (long)x[1].Values[0]], i => x[2].Values[x[0].Values[i[0]] == i[1] ? 1 : 0]),
        "Reshape" => x[0] with { Shape = [.. x[1].Values.Select((extent, at) => extent == 0 ? x[0].Shape[at] : (long)extent)] },
        _ => throw new InvalidDataException($"{node.Operation} is not known here"),
    };

    private static Tensor Map(long[] shape, Func<int[], double> element)
    {
        var values = new double[shape[0] * shape[1]];
        for (int i = 0; i < values.Length; i++)
            values[i] = element([i / (int)shape[1], i % (int)shape[1]]);
        return new Tensor(shape, values);
    }

    private void ReadGraph(byte[] graph)
    {
        foreach (var (field, value) in Fields(graph))
        {
            switch (field)
            {
                case 1: _nodes.Add(ReadNode(value.Bytes)); break;
                case 5: ReadConstant(value.Bytes); break;
                case 11: Inputs.Add(ReadValue(value.Bytes)); break;
                case 12: Outputs.Add(ReadValue(value.Bytes)); break;
            }
        }
    }

    private static Node ReadNode(byte[] bytes)
    {
        var node = new Node();
        foreach (var (field, value) in Fields(bytes))
        {
            switch (field)
            {
                case 1: node.Inputs.Add(value.Text); break;
                case 2: node.Output = value.Text; break;
                case 4: node.Operation = value.Text; break;
                case 5:
                    var attribute = Fields(value.Bytes).GroupBy(f => f.Field).ToDictionary(g => g.Key, g => g.First().Value);
                    if (attribute[20].Integer == 1)
                        node.Floats.Add(attribute[1].Text, attribute[2].Float);
                    else if (attribute[20].Integer == 2)
                        node.Integers.Add(attribute[1].Text, attribute[3].Integer);
                    else if (attribute[20].Integer == 3)
                        node.Words.Add(attribute[1].Text, attribute[4].Text);
                    else if (attribute[20].Integer == 7)
                        node.Lists.Add(attribute[1].Text, [.. Fields(value.Bytes).Where(f => f.Field == 8).Select(f => (int)f.Value.Integer)]);
                    else
                        throw new InvalidDataException("an attribute of another type");
                    break;
            }
        }
        return node;
    }

    private void ReadConstant(byte[] bytes)
    {
        var fields = Fields(bytes).ToList();
        long[] shape = [.. fields.Where(f => f.Field == 1).Select(f => f.Value.Integer)];
        byte[] raw = fields.Single(f => f.Field == 9).Value.Bytes;
        bool isFloat = fields.Single(f => f.Field == 2).Value.Integer == 1;
        int size = isFloat ? 4 : 8;
        double[] values = [.. Enumerable.Range(0, raw.Length / size).Select(i => isFloat ? BitConverter.ToSingle(raw, i * size) : (double)BitConverter.ToInt64(raw, i * size))];
        Assert.Equal(shape.Aggregate(1L, (a, b) => a * b), values.Length);
        Assert.Equal(0, raw.Length % size);
        _constants.Add(fields.Single(f => f.Field == 8).Value.Text, new Tensor(shape, values));
    }

    private static string ReadValue(byte[] bytes)
    {
        var fields = Fields(bytes).ToDictionary(f => f.Field, f => f.Value);
        var tensor = Fields(Fields(fields[2].Bytes).Single(f => f.Field == 1).Value.Bytes).ToDictionary(f => f.Field, f => f.Value);
        var extents = Fields(tensor[2].Bytes).Select(dim => Fields(dim.Value.Bytes).Single()).Select(f => f.Field == 1 ? $"{f.Value.Integer}" : f.Value.Text);
        return $"{fields[1].Text}:{tensor[1].Integer}[{string.Join(',', extents)}]";
    }

    private static IEnumerable<(int Field, FieldValue Value)> Fields(byte[] bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            ulong tag = Varint();
            switch (tag & 7)
            {
                case 0:
                    yield return ((int)(tag >> 3), new FieldValue((long)Varint(), []));
                    break;
                case 2:
                    int length = checked((int)Varint());
                    yield return ((int)(tag >> 3), new FieldValue(0, bytes[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    yield return ((int)(tag >> 3), new FieldValue(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), []));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }

        ulong Varint()
        {
            ulong value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte b = bytes[at++];
                value |= (ulong)(b & 0x7f) << shift;
                if (b < 0x80)
                    return value;
            }
        }
    }

    /// <summary>Values [Shape], row-major.</summary>
    internal sealed record Tensor(long[] Shape, double[] Values)
    {
        public double this[int row, int column] => Values[row * (int)Shape[1] + column];
    }

    private sealed record FieldValue(long Integer, byte[] Bytes)
    {
        public string Text => Encoding.UTF8.GetString(Bytes);
        public float Float => BitConverter.Int32BitsToSingle((int)Integer);
    }

    private sealed class Node
    {
        public string Operation { get; set; } = "";
        public string Output { get; set; } = "";
        public List<string> Inputs { get; } = [];
        public Dictionary<string, float> Floats { get; } = [];
        public Dictionary<string, long> Integers { get; } = [];
        public Dictionary<string, int[]> Lists { get; } = [];
        public Dictionary<string, string> Words { get; } = [];
    }
}
