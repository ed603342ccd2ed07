using System.Collections.Immutable;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Util;

namespace ILGPU;

/// <summary>
/// The devices that were asked for, and how kernels are to be compiled. This stand-in knows the CPU alone: CUDA and OpenCL can be
/// asked for and register nothing, as on a machine without a driver.
/// </summary>
public sealed partial class Context : DisposeBase
{
    private readonly Dictionary<AcceleratorType, List<Device>> byType = [];

    private Context(Builder builder)
    {
        Properties = builder;
        Devices = builder.Registry.Count > 0 ? [.. builder.Registry] : [CPUDevice.Default];
        foreach (Device device in Devices)
        {
            if (!byType.TryGetValue(device.AcceleratorType, out var list))
                byType[device.AcceleratorType] = list = [];
            list.Add(device);
        }
    }

    public ContextProperties Properties { get; }

    /// <summary>In the order in which they were registered; <see cref="CPUDevice.Default"/> alone if none was.</summary>
    public ImmutableArray<Device> Devices { get; }

    public static Builder Create() => new();

    public static Context Create(Action<Builder> buildingCallback)
    {
        ArgumentNullException.ThrowIfNull(buildingCallback);
        Builder builder = Create();
        buildingCallback(builder);
        return builder.ToContext();
    }

    /// <summary>A context with every accelerator there is.</summary>
    public static Context CreateDefault() => Create(builder => builder.Default());

    /// <exception cref="NotSupportedException">There are not that many devices of this type.</exception>
    public TDevice GetDevice<TDevice>(int deviceIndex)
        where TDevice : Device =>
        GetDevices<TDevice>()[deviceIndex];

    public DeviceCollection<TDevice> GetDevices<TDevice>()
        where TDevice : Device =>
        new(byType.GetValueOrDefault(DeviceTypeAttribute.GetAcceleratorType(typeof(TDevice)), []));

    /// <summary>The first CPU, or the largest device that is none if there is one and none is preferred.</summary>
    /// <exception cref="NotSupportedException">No CPU is registered.</exception>
    public Device GetPreferredDevice(bool preferCPU)
    {
        Device? other = preferCPU
            ? null
            : Devices.Where(device => device.AcceleratorType != AcceleratorType.CPU).MaxBy(device => device.MemorySize);
        return other ?? GetDevice<CPUDevice>(0);
    }

    /// <summary>Nothing here: what is compiled is kept by the runtime, a kernel for itself.</summary>
    public void ClearCache(ClearCacheMode mode)
    {
    }

    public ImmutableArray<Device>.Enumerator GetEnumerator() => Devices.GetEnumerator();
}
