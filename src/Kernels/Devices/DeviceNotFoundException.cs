namespace GpuCgan.Kernels.Devices;

/// <summary>A device was asked for that has no such name or is not in this machine. The message is one line and says what there is.</summary>
public sealed class DeviceNotFoundException(string message) : Exception(message);
