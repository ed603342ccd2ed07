namespace ILGPU.Runtime.CPU;

public static class CPUContextExtensions
{
    public static Context.Builder DefaultCPU(this Context.Builder builder) => builder.CPU(CPUDeviceKind.Default);

    /// <summary>Registers every kind of CPU device; the first is <see cref="CPUDevice.Default"/>, whose groups have 16 lanes at most.</summary>
    public static Context.Builder CPU(this Context.Builder builder) => builder.CPU(_ => true);

    public static Context.Builder CPU(this Context.Builder builder, CPUDeviceKind kind) => builder.CPU(CPUDevice.GetDevice(kind));

    public static Context.Builder CPU(this Context.Builder builder, CPUDevice device) => builder.Register(device);

    public static Context.Builder CPU(this Context.Builder builder, Predicate<CPUDevice> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        foreach (Device device in CPUDevice.GetDevices(predicate))
            builder.Register(device);
        return builder;
    }

    public static CPUDevice GetCPUDevice(this Context context, int cpuDeviceIndex) => context.GetDevice<CPUDevice>(cpuDeviceIndex);

    public static Context.DeviceCollection<CPUDevice> GetCPUDevices(this Context context) => context.GetDevices<CPUDevice>();

    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context);

    public static CPUAccelerator CreateCPUAccelerator(this Context context, int cpuDeviceIndex, CPUAcceleratorMode mode) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context, mode);

    public static CPUAccelerator CreateCPUAccelerator(
        this Context context, int cpuDeviceIndex, CPUAcceleratorMode mode, ThreadPriority threadPriority) =>
        context.GetCPUDevice(cpuDeviceIndex).CreateCPUAccelerator(context, mode, threadPriority);
}
