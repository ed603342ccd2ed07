using System.Collections.Immutable;
using ILGPU.Backends.OpenCL;

namespace ILGPU.Runtime.OpenCL;

/// <summary>An OpenCL device. There is never one here; the type lets code that lists them compile.</summary>
[DeviceType(AcceleratorType.OpenCL)]
public sealed class CLDevice : Device
{
    private CLDevice()
    {
    }

    public nint PlatformId => throw Absent();

    public nint DeviceId => throw Absent();

    public string PlatformName => throw Absent();

    public string VendorName => throw Absent();

    public CLDeviceVendor Vendor => throw Absent();

    public CLDeviceType DeviceType => throw Absent();

    public CLDeviceVersion DeviceVersion => throw Absent();

    public CLCVersion CVersion => throw Absent();

    /// <summary>In MHz.</summary>
    public int ClockRate => throw Absent();

    public ImmutableArray<string> Extensions => throw Absent();

    public bool HasExtension(string extension) => throw Absent();

    public override Accelerator CreateAccelerator(Context context) => CreateCLAccelerator(context);

    public CLAccelerator CreateCLAccelerator(Context context) => throw Absent();

    internal static NotSupportedException Absent() => new("The stand-in for ILGPU has no OpenCL devices.");
}
