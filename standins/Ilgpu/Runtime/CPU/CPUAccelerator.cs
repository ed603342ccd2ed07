using System.Diagnostics;

namespace ILGPU.Runtime.CPU;

/// <summary>Runs kernels as the C# methods they are. Launches and copies are done when they return, so that nothing ever waits.</summary>
public sealed class CPUAccelerator : Accelerator
{
    internal CPUAccelerator(Context context, CPUDevice device, CPUAcceleratorMode mode, ThreadPriority threadPriority)
        : base(context, device)
    {
        Mode = mode;
        ThreadPriority = threadPriority;
        NumThreads = device.NumThreads;
        DefaultStream = CreateStreamInternal();
    }

    /// <summary>Noted, and without effect here.</summary>
    public CPUAcceleratorMode Mode { get; }

    /// <summary>Noted, and without effect here.</summary>
    public ThreadPriority ThreadPriority { get; }

    public bool UsesSequentialExecution =>
        Mode == CPUAcceleratorMode.Sequential || (Mode == CPUAcceleratorMode.Auto && Debugger.IsAttached);

    public int NumThreads { get; }

    protected override AcceleratorStream CreateStreamInternal() => new CPUStream(this);

    protected override void SynchronizeInternal()
    {
    }

    protected override MemoryBuffer AllocateRawInternal(long length, int elementSize) => new CPUMemory(this, length, elementSize);
}
