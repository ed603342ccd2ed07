using System.Collections.Concurrent;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Kernels.Tests;

/// <summary>The devices that the tests share: each is opened once, and the tests run one after another. A device compiles each kernel once; a test with one of its own would compile them all.</summary>
internal static class TestDevice
{
    private static readonly Lazy<DeviceCatalog> Catalog = new(DeviceCatalog.Read);
    private static readonly ConcurrentDictionary<(string Name, bool Profiling), ComputeDevice> Opened = new();

    /// <summary>A device of the catalogue, <c>cpu</c> with two threads; or <c>cpu@1</c>, the same with one.</summary>
    public static ComputeDevice Get(string name, bool profiling = false) => Opened.GetOrAdd(
        (name, profiling), _ => name == "cpu@1" ? ComputeDevice.Open("cpu", 1, profiling) : ComputeDevice.Open(name, name == "cpu" ? 2 : null, profiling));

    /// <summary>Null where the device is there; else why a test is skipped.</summary>
    public static string? WhyAbsent(string name) => name is "cpu" or "cpu-ilgpu" || Catalog.Value.Devices.Any(d => d.Id.StartsWith(name + ":", StringComparison.Ordinal))
        ? null
        : Catalog.Value.Missing.FirstOrDefault(m => m.StartsWith(name + ":", StringComparison.Ordinal)) ?? $"{name}: not found";
}
