namespace ILGPU.Runtime;

/// <summary>A buffer of one dimension.</summary>
public class MemoryBuffer1D<T, TStride> : MemoryBuffer<ArrayView1D<T, TStride>>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    protected internal MemoryBuffer1D(Accelerator accelerator, in ArrayView1D<T, TStride> view) : base(accelerator, view)
    {
    }

    public LongIndex1D Extent => View.Extent;

    public Index1D IntExtent => View.IntExtent;

    public static explicit operator ArrayView<T>(MemoryBuffer1D<T, TStride> buffer) => buffer.AsContiguous();

    public ArrayView<T> AsContiguous() => View.AsContiguous();
}
