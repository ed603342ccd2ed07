namespace ILGPU.Runtime.Cuda;

/// <summary>What an NVIDIA GPU can do.</summary>
public sealed class CudaCapabilityContext(CudaArchitecture architecture)
{
    /// <summary>The architecture that kernels are compiled for.</summary>
    public CudaArchitecture TargetArchitecture { get; internal set; } = architecture;
}
