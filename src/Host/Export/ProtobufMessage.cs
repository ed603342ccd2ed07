using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace GpuCgan.Host.Export;

/// <summary>
/// One message in Protocol Buffers' wire format (the part of "Encoding" in its documentation that ONNX needs): a field is a tag, number·8 + wire type, and a value; a
/// message in a message is its length and its bytes. Fields are written in the order of the calls.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The message so far.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>An int32, int64 or enum field.</summary>
    public ProtobufMessage Integer(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
        return this;
    }

    public ProtobufMessage Float(int field, float value)
    {
        Tag(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    public ProtobufMessage Text(int field, string value) => Blob(field, Encoding.UTF8.GetBytes(value));

    public ProtobufMessage Blob(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, LengthDelimited);
        WriteVarint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufMessage Message(int field, ProtobufMessage value) => Blob(field, value.Bytes.Span);

    private void Tag(int field, int wireType) => WriteVarint((ulong)(field << 3 | wireType));

    // Seven bits a byte, the lowest first; the top bit says that more follow.
    private void WriteVarint(ulong value)
    {
        var span = _bytes.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
