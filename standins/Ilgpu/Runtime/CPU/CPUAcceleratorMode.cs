namespace ILGPU.Runtime.CPU;

/// <summary>Whether the package runs lanes one by one. Here a group's lanes take turns and groups run in parallel in any mode.</summary>
public enum CPUAcceleratorMode
{
    Auto = 0,
    Sequential = 1,
    Parallel = 2,
}
