namespace ILGPU.Runtime;

/// <summary>Memory of an accelerator, or a wrapper around such.</summary>
public abstract class MemoryBuffer : AcceleratorObject
{
    protected MemoryBuffer(Accelerator accelerator, long length, int elementSize) : base(accelerator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(elementSize, 1);
        Length = length;
        ElementSize = elementSize;
    }

    /// <summary>The address of the first byte; zero once the buffer is disposed.</summary>
    public nint NativePtr { get; protected set; }

    /// <summary>In elements.</summary>
    public long Length { get; }

    /// <summary>In bytes.</summary>
    public int ElementSize { get; }

    public long LengthInBytes => Length * ElementSize;

    public ArrayView<byte> AsRawArrayView() => AsRawArrayView(0, LengthInBytes);

    public ArrayView<byte> AsRawArrayView(long offsetInBytes) => AsRawArrayView(offsetInBytes, LengthInBytes - offsetInBytes);

    /// <exception cref="ArgumentOutOfRangeException">The window leaves the buffer.</exception>
    public ArrayView<byte> AsRawArrayView(long offsetInBytes, long lengthInBytes) =>
        new ArrayView<byte>(this, 0, LengthInBytes).SubView(offsetInBytes, lengthInBytes);
}
