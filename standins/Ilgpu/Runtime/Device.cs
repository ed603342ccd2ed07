namespace ILGPU.Runtime;

/// <summary>A device that accelerators can be made of. Sizes are in bytes.</summary>
public abstract class Device
{
    protected Device() => AcceleratorType = DeviceTypeAttribute.GetAcceleratorType(GetType());

    public AcceleratorType AcceleratorType { get; }

    public string Name { get; protected set; } = "<Unknown>";

    public long MemorySize { get; protected set; }

    public Index3D MaxGridSize { get; protected set; }

    public Index3D MaxGroupSize { get; protected set; }

    public int MaxNumThreadsPerGroup { get; protected set; }

    public int MaxSharedMemoryPerGroup { get; protected set; }

    public int MaxConstantMemory { get; protected set; }

    public int WarpSize { get; protected set; }

    public int NumMultiprocessors { get; protected set; }

    public int MaxNumThreadsPerMultiprocessor { get; protected set; }

    public int MaxNumThreads => NumMultiprocessors * MaxNumThreadsPerMultiprocessor;

    public abstract Accelerator CreateAccelerator(Context context);

    public override bool Equals(object? obj) =>
        obj is Device device && device.AcceleratorType == AcceleratorType && device.Name == Name;

    public override int GetHashCode() => (int)AcceleratorType;

    public override string ToString() =>
        $"{Name} [Type: {AcceleratorType}, WarpSize: {WarpSize}, MaxNumThreadsPerGroup: {MaxNumThreadsPerGroup}, MemorySize: {MemorySize}]";
}
