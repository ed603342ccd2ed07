namespace ILGPU.Runtime;

/// <summary>A buffer with a view of all of it. Owns the memory under the view.</summary>
public class MemoryBuffer<TView> : MemoryBuffer, IContiguousArrayView
    where TView : struct, IArrayView
{
    protected internal MemoryBuffer(Accelerator accelerator, in TView view) : base(accelerator, view.Length, view.ElementSize)
    {
        View = view;
        NativePtr = Buffer.NativePtr;
    }

    /// <summary>A view of all of it; the default, which is invalid, once the buffer is disposed.</summary>
    public TView View { get; private set; }

    public bool IsValid => !IsDisposed;

    MemoryBuffer IArrayView.Buffer => Buffer;

    long IContiguousArrayView.Index => 0;

    long IContiguousArrayView.IndexInBytes => 0;

    protected MemoryBuffer Buffer => View.Buffer;

    public static implicit operator TView(MemoryBuffer<TView> buffer) => buffer.View;

    public TView ToArrayView() => View;

    /// <summary>Frees the memory. The finaliser leaves that to the finaliser of the memory's owner.</summary>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
        if (!disposing)
            return;
        Buffer.Dispose();
        NativePtr = 0;
        View = default;
    }
}
