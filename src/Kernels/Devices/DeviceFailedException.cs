namespace GpuCgan.Kernels.Devices;

/// <summary>An opened device failed. The message is one line: which device, at what, and what to do.</summary>
public sealed class DeviceFailedException : Exception
{
    /// <param name="fault">At what it failed.</param>
    /// <param name="message">One line.</param>
    /// <param name="inner">What the driver or ILGPU threw.</param>
    public DeviceFailedException(DeviceFault fault, string message, Exception inner) : base(message, inner) => Fault = fault;

    /// <summary>At what it failed.</summary>
    public DeviceFault Fault { get; }
}
