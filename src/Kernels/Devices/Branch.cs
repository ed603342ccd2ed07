namespace GpuCgan.Kernels.Devices;

/// <summary>Work beside the main stream's: it ends where this is disposed. See <see cref="ComputeDevice.Beside"/>.</summary>
public readonly ref struct Branch
{
    private readonly ComputeDevice _device;

    internal Branch(ComputeDevice device) => _device = device;

    /// <summary>Back to the main stream, which does not wait for the branch: that is what <see cref="ComputeDevice.Join"/> is for.</summary>
    public void Dispose() => _device.Leave();
}
