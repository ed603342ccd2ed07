namespace GpuCgan.Kernels.Devices;

/// <summary>Where the host meets the device, and so where a device's failure shows: the places at which a test makes one fail.</summary>
internal enum DeviceOperation
{
    /// <summary>Memory is asked for.</summary>
    Allocate,

    /// <summary>The operators' kernels are compiled.</summary>
    Compile,

    /// <summary>The host copies to the device.</summary>
    Upload,

    /// <summary>The host waits and copies from the device.</summary>
    Download,

    /// <summary>The host waits.</summary>
    Synchronize,
}
