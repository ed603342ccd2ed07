namespace ILGPU.Runtime.Cuda;

/// <summary>An NVIDIA GPU. There is never one here; the type lets code that lists them compile.</summary>
[DeviceType(AcceleratorType.Cuda)]
public sealed class CudaDevice : Device
{
    private CudaDevice()
    {
    }

    public int DeviceId => throw Absent();

    public CudaArchitecture? Architecture => throw Absent();

    public CudaDriverVersion DriverVersion => throw Absent();

    /// <summary>In kHz.</summary>
    public int ClockRate => throw Absent();

    /// <summary>In kHz.</summary>
    public int MemoryClockRate => throw Absent();

    /// <summary>In bits.</summary>
    public int MemoryBusWidth => throw Absent();

    /// <summary>In bytes.</summary>
    public int L2CacheSize => throw Absent();

    /// <summary>In bytes.</summary>
    public int MaxSharedMemoryPerMultiprocessor => throw Absent();

    public int TotalNumRegistersPerMultiprocessor => throw Absent();

    public override Accelerator CreateAccelerator(Context context) => CreateCudaAccelerator(context);

    public CudaAccelerator CreateCudaAccelerator(Context context) => throw Absent();

    internal static NotSupportedException Absent() => new("The stand-in for ILGPU has no CUDA devices.");
}
