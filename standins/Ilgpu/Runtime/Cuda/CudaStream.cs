namespace ILGPU.Runtime.Cuda;

/// <summary>A CUDA stream. There is never one here; the type lets code that asks for its handle compile.</summary>
public sealed class CudaStream : AcceleratorStream
{
    internal CudaStream(Accelerator accelerator) : base(accelerator)
    {
    }

    public nint StreamPtr => throw CudaDevice.Absent();

    public override void Synchronize() => throw CudaDevice.Absent();

    protected override ProfilingMarker AddProfilingMarkerInternal() => throw CudaDevice.Absent();

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
