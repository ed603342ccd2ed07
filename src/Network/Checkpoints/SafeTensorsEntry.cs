namespace GpuCgan.Network.Checkpoints;

/// <summary>One tensor of a safetensors file: what its header says about it.</summary>
public sealed class SafeTensorsEntry
{
    internal SafeTensorsEntry(string name, SafeTensorsType type, long[] shape, long length, long offset)
    {
        Name = name;
        Type = type;
        Shape = Array.AsReadOnly(shape);
        Length = length;
        Offset = offset;
    }

    /// <summary>The tensor's name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public SafeTensorsType Type { get; }

    /// <summary>The extents, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The number of elements, the product of <see cref="Shape"/>.</summary>
    public long Length { get; }

    /// <summary>Where the first byte lies, counted from the start of the data section.</summary>
    public long Offset { get; }

    /// <summary>How many bytes the elements take.</summary>
    public long ByteLength => Length * Type.Size();
}
