namespace ILGPU.Runtime.CPU;

/// <summary>Whose warps and groups a CPU device imitates.</summary>
public enum CPUDeviceKind
{
    Default,
    Nvidia,
    AMD,
    LegacyAMD,
    Intel,
}
