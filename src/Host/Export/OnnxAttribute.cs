namespace GpuCgan.Host.Export;

/// <summary>A named setting of an ONNX node: a float, an integer, several of them, or a word.</summary>
internal readonly record struct OnnxAttribute
{
    // AttributeProto.AttributeType
    private const int FloatType = 1, IntegerType = 2, TextType = 3, IntegersType = 7;

    private readonly ProtobufMessage _message;

    private OnnxAttribute(string name, int type, Action<ProtobufMessage> value)
    {
        _message = new ProtobufMessage().Text(1, name);
        value(_message);
        _message.Integer(20, type);
    }

    public OnnxAttribute(string name, float value)
        : this(name, FloatType, message => message.Float(2, value))
    {
    }

    public OnnxAttribute(string name, long value)
        : this(name, IntegerType, message => message.Integer(3, value))
    {
    }

    public OnnxAttribute(string name, string value)
        : this(name, TextType, message => message.Text(4, value))
    {
    }

    public OnnxAttribute(string name, params long[] values)
        : this(name, IntegersType, message => Array.ForEach(values, value => message.Integer(8, value)))
    {
    }

    /// <summary>As an AttributeProto.</summary>
    public ProtobufMessage ToMessage() => _message;
}
