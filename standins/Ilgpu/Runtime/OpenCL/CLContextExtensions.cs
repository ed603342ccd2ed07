namespace ILGPU.Runtime.OpenCL;

/// <summary>OpenCL as on a machine without a driver: asking for it is allowed and registers nothing.</summary>
public static class CLContextExtensions
{
    public static Context.Builder OpenCL(this Context.Builder builder) => builder;

    public static Context.Builder OpenCL(this Context.Builder builder, Predicate<CLDevice> predicate) => builder;

    public static CLDevice GetCLDevice(this Context context, int clDeviceIndex) => context.GetDevice<CLDevice>(clDeviceIndex);

    public static Context.DeviceCollection<CLDevice> GetCLDevices(this Context context) => context.GetDevices<CLDevice>();

    public static CLAccelerator CreateCLAccelerator(this Context context, int clDeviceIndex) =>
        context.GetCLDevice(clDeviceIndex).CreateCLAccelerator(context);
}
