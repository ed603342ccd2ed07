using System.Diagnostics;
using System.Globalization;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

/// <summary>Turns what drivers and ILGPU throw into one line that says which device failed at what.</summary>
internal static class DeviceFailures
{
    /// <summary>Whether an exception means that the device, its driver or its compiler failed, and not this program.</summary>
    public static bool IsFailure(Exception e) => e is DeviceFailedException or AcceleratorException or OutOfMemoryException;

    /// <summary>Whether an exception from loading a kernel means that it does not compile for this device.</summary>
    public static bool IsCompilation(Exception e) => e is InternalCompilerException or NotSupportedException || IsFailure(e);

    /// <summary>An exception of a copy, a launch or a wait.</summary>
    public static DeviceFailedException At(ComputeDevice device, Exception e) => e as DeviceFailedException ?? (IsOutOfMemory(e)
        ? new DeviceFailedException(DeviceFault.OutOfMemory, $"{Full(device, e)} is out of memory ({Reason(e)}). Use a smaller --batch-size, or free memory that other programs hold.", e)
        : new DeviceFailedException(DeviceFault.Lost, $"{Named(device)} was lost ({Reason(e)}). Look into the driver's log, then go on with 'train --resume'.", e));

    /// <summary>An exception of an allocation.</summary>
    public static DeviceFailedException AtAllocation(ComputeDevice device, long bytes, Exception e) => IsOutOfMemory(e)
        ? new DeviceFailedException(DeviceFault.OutOfMemory, string.Create(CultureInfo.InvariantCulture,
            $"{Full(device, e)} is out of memory: {bytes / 1048576.0:0.0} MiB more were asked for ({Reason(e)}). Use a smaller --batch-size, or free memory that other programs hold."), e)
        : At(device, e);

    /// <summary>An exception of loading the kernels. The operator's name is in the stack: its constructor loads its kernels.</summary>
    public static DeviceFailedException AtCompilation(ComputeDevice device, Exception e)
    {
        if (e is DeviceFailedException || IsOutOfMemory(e))
            return At(device, e);
        string? operation = new StackTrace(e).GetFrames()
            .Select(frame => frame.GetMethod()?.DeclaringType)
            .FirstOrDefault(type => type?.Namespace == typeof(Operators.Gemm).Namespace)?.Name;
        return new DeviceFailedException(DeviceFault.Compilation,
            $"the kernels of {operation ?? "an operator"} do not compile for {Named(device)} ({Reason(e)}). Update its driver, or choose another --device.", e);
    }

    // ILGPU keeps the drivers' codes in types of their own and puts the driver's text into the message; the texts are those of CUDA and of OpenCL's error names.
    private static bool IsOutOfMemory(Exception e) => e is OutOfMemoryException || e is AcceleratorException && (
        e.Message.Contains("memory", StringComparison.OrdinalIgnoreCase) && !e.Message.Contains("illegal", StringComparison.OrdinalIgnoreCase)
        || e.Message.Contains("OUT_OF_RESOURCES", StringComparison.Ordinal) || e.Message.Contains("ALLOCATION_FAILURE", StringComparison.Ordinal));

    private static string Named(ComputeDevice device) => $"device {device.Id} ({device.Name})";

    private static string Full(ComputeDevice device, Exception e) => e is OutOfMemoryException ? "the host" : Named(device);

    private static string Reason(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
