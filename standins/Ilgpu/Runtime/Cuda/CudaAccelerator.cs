namespace ILGPU.Runtime.Cuda;

/// <summary>An NVIDIA GPU in use. There is never one here; the type lets code that asks for it compile.</summary>
public sealed class CudaAccelerator : Accelerator
{
    internal CudaAccelerator(Context context, CudaDevice device) : base(context, device)
    {
    }

    public new CudaDevice Device => (CudaDevice)base.Device;

    public CudaArchitecture Architecture => throw CudaDevice.Absent();

    public CudaCapabilityContext Capabilities => throw CudaDevice.Absent();

    public CudaDriverVersion DriverVersion => throw CudaDevice.Absent();

    protected override AcceleratorStream CreateStreamInternal() => throw CudaDevice.Absent();

    protected override void SynchronizeInternal() => throw CudaDevice.Absent();

    protected override MemoryBuffer AllocateRawInternal(long length, int elementSize) => throw CudaDevice.Absent();
}
