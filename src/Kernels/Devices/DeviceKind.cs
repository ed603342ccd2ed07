namespace GpuCgan.Kernels.Devices;

/// <summary>The ways to compute.</summary>
public enum DeviceKind
{
    /// <summary>The wide twins on all cores.</summary>
    Cpu,

    /// <summary>The ILGPU kernels on ILGPU's CPU accelerator: slow and exact, for tests and debugging.</summary>
    CpuIlgpu,

    /// <summary>The ILGPU kernels on an NVIDIA GPU.</summary>
    Cuda,

    /// <summary>The ILGPU kernels on any OpenCL device.</summary>
    OpenCl,
}
