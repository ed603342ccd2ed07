using System.Globalization;

namespace GpuCgan.Kernels.Devices;

/// <summary>A device as <c>--device</c> names it.</summary>
internal readonly record struct DeviceRequest(bool IsAuto, DeviceKind Kind, int Index)
{
    public const string Names = "auto, cuda[:i], opencl[:i], cpu or cpu-ilgpu";

    /// <exception cref="DeviceNotFoundException">No device has such a name.</exception>
    public static DeviceRequest Parse(string name)
    {
        switch (name)
        {
            case "auto":
                return new(true, default, 0);
            case "cpu":
                return new(false, DeviceKind.Cpu, 0);
            case "cpu-ilgpu":
                return new(false, DeviceKind.CpuIlgpu, 0);
        }
        int colon = name.IndexOf(':');
        string family = colon < 0 ? name : name[..colon];
        int index = 0;
        bool hasIndex = colon < 0 || int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index);
        return family switch
        {
            "cuda" when hasIndex => new(false, DeviceKind.Cuda, index),
            "opencl" when hasIndex => new(false, DeviceKind.OpenCl, index),
            _ => throw new DeviceNotFoundException($"--device '{name}': no such device; use {Names}."),
        };
    }
}
