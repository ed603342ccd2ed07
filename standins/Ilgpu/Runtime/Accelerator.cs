using ILGPU.Util;

namespace ILGPU.Runtime;

/// <summary>A device in use: it allocates memory and loads kernels (<see cref="KernelLoaders"/>). Disposing it disposes what it allocated.</summary>
public abstract class Accelerator : DisposeBase
{
    private const int ChildrenBetweenSweeps = 4096;

    private readonly List<WeakReference<AcceleratorObject>> children = [];

    protected Accelerator(Context context, Device device)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(device);
        Context = context;
        Device = device;
        WarpSize = device.WarpSize;
        DefaultStream = null!; // Set by the derived constructor, which alone can make one.
    }

    public Context Context { get; }

    public Device Device { get; }

    public AcceleratorStream DefaultStream { get; protected set; }

    public AcceleratorType AcceleratorType => Device.AcceleratorType;

    public string Name => Device.Name;

    public long MemorySize => Device.MemorySize;

    public Index3D MaxGridSize => Device.MaxGridSize;

    public Index3D MaxGroupSize => Device.MaxGroupSize;

    public int MaxNumThreadsPerGroup => Device.MaxNumThreadsPerGroup;

    public int MaxSharedMemoryPerGroup => Device.MaxSharedMemoryPerGroup;

    public int MaxConstantMemory => Device.MaxConstantMemory;

    public int WarpSize { get; protected set; }

    public int NumMultiprocessors => Device.NumMultiprocessors;

    public int MaxNumThreadsPerMultiprocessor => Device.MaxNumThreadsPerMultiprocessor;

    public int MaxNumThreads => Device.MaxNumThreads;

    /// <summary>Buffers, streams, kernels and pinned copies that were made, of which those that are gone are forgotten where their number is a multiple of 4,096.</summary>
    public int NumberChildObjects
    {
        get
        {
            lock (children)
                return children.Count;
        }
    }

    /// <summary>Makes this the calling thread's accelerator. The CPU has nothing to make current.</summary>
    public void Bind() => VerifyNotDisposed();

    public AcceleratorStream CreateStream() => CreateStreamInternal();

    /// <summary>Waits for everything that was launched.</summary>
    public void Synchronize() => SynchronizeInternal();

    /// <summary>
    /// Allocates <paramref name="length"/> elements. Their contents are undefined, as in the package; here every byte is 0xFF, so that
    /// floats read before they were written are NaN.
    /// </summary>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(long length)
        where T : unmanaged =>
        new(this, new ArrayView<T>(AllocateRaw(length, Interop.SizeOf<T>()), 0, length));

    /// <inheritdoc cref="Allocate1D{T}(long)"/>
    public MemoryBuffer AllocateRaw(long length, int elementSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfLessThan(elementSize, 1);
        VerifyNotDisposed();
        return AllocateRawInternal(length, elementSize);
    }

    public override string? ToString() => Device.ToString();

    internal void Adopt(AcceleratorObject child)
    {
        lock (children)
        {
            children.Add(new(child));
            if (children.Count % ChildrenBetweenSweeps == 0)
                children.RemoveAll(reference => !reference.TryGetTarget(out _));
        }
    }

    internal void VerifyUsable() => VerifyNotDisposed();

    protected abstract AcceleratorStream CreateStreamInternal();

    protected abstract void SynchronizeInternal();

    protected abstract MemoryBuffer AllocateRawInternal(long length, int elementSize);

    protected sealed override void Dispose(bool disposing)
    {
        // The finaliser leaves the children to their own finalisers.
        if (!disposing)
            return;
        lock (children)
        {
            foreach (var reference in children)
            {
                if (reference.TryGetTarget(out AcceleratorObject? child))
                    child.Dispose();
            }
            children.Clear();
        }
    }
}
