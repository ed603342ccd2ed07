namespace GpuCgan.Host.Export;

/// <summary>A named setting of an ONNX node: a float or an integer.</summary>
internal readonly record struct OnnxAttribute
{
    // AttributeProto.AttributeType
    private const int FloatType = 1, IntegerType = 2;

    private readonly string _name;
    private readonly float? _float;
    private readonly long _integer;

    public OnnxAttribute(string name, float value) => (_name, _float, _integer) = (name, value, 0);

    public OnnxAttribute(string name, long value) => (_name, _float, _integer) = (name, null, value);

    /// <summary>As an AttributeProto.</summary>
    public ProtobufMessage ToMessage() => _float is { } value
        ? new ProtobufMessage().Text(1, _name).Float(2, value).Integer(20, FloatType)
        : new ProtobufMessage().Text(1, _name).Integer(3, _integer).Integer(20, IntegerType);
}
