namespace GpuCgan.Kernels.Devices;

/// <summary>What an opened device can fail at.</summary>
public enum DeviceFault
{
    /// <summary>It was lost, or refused to go on: nothing that lies on it can be read any more.</summary>
    Lost,

    /// <summary>There is no memory left on it.</summary>
    OutOfMemory,

    /// <summary>A kernel does not compile for it.</summary>
    Compilation,
}
