using System.Collections.Concurrent;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Network.Tests;

/// <summary>Devices that tests share, one after another, because a device compiles each kernel once and a test alone would compile them all. They are closed with the process.</summary>
internal static class SharedDevice
{
    private static readonly ConcurrentDictionary<(string, bool), ComputeDevice> Opened = new();

    /// <summary>A device by name; <c>cpu</c> has two threads.</summary>
    public static ComputeDevice Get(string name, bool profiling = false) =>
        Opened.GetOrAdd((name, profiling), _ => ComputeDevice.Open(name, name == "cpu" ? 2 : null, profiling));
}
