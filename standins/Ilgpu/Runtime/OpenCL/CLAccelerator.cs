using ILGPU.Backends.OpenCL;

namespace ILGPU.Runtime.OpenCL;

/// <summary>An OpenCL device in use. There is never one here; the type lets code that asks for it compile.</summary>
public sealed class CLAccelerator : Accelerator
{
    internal CLAccelerator(Context context, CLDevice device) : base(context, device)
    {
    }

    public new CLDevice Device => (CLDevice)base.Device;

    public string PlatformName => throw CLDevice.Absent();

    public string VendorName => throw CLDevice.Absent();

    public CLDeviceVendor Vendor => throw CLDevice.Absent();

    public CLDeviceType DeviceType => throw CLDevice.Absent();

    public CLCVersion CVersion => throw CLDevice.Absent();

    protected override AcceleratorStream CreateStreamInternal() => throw CLDevice.Absent();

    protected override void SynchronizeInternal() => throw CLDevice.Absent();

    protected override MemoryBuffer AllocateRawInternal(long length, int elementSize) => throw CLDevice.Absent();
}
