using System.Globalization;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuCgan.Kernels.Devices;

/// <summary>One device and what it can do.</summary>
/// <param name="Kind">How it computes.</param>
/// <param name="Index">The i of <c>cuda:i</c>.</param>
/// <param name="Name">The device's own name.</param>
/// <param name="IsGpu">Whether <c>auto</c> may take it as a GPU: an OpenCL CPU driver is not one.</param>
/// <param name="Multiprocessors">Multiprocessors, compute units or cores.</param>
/// <param name="MemoryBytes">Device memory.</param>
/// <param name="GroupSize">The largest group; 0 for the wide twins, which have none.</param>
/// <param name="SharedBytes">Shared memory a group; 0 for the wide twins.</param>
/// <param name="Details">Architecture, driver, language version.</param>
public sealed record DeviceDescription(
    DeviceKind Kind, int Index, string Name, bool IsGpu, int Multiprocessors, long MemoryBytes, int GroupSize, int SharedBytes, string Details)
{
    /// <summary>As <c>--device</c> names it.</summary>
    public string Id => Kind switch
    {
        DeviceKind.Cpu => "cpu",
        DeviceKind.CpuIlgpu => "cpu-ilgpu",
        DeviceKind.Cuda => string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"opencl:{Index}"),
    };

    internal static DeviceDescription Of(DeviceKind kind, int index, Device device) => new(
        kind, index, device.Name,
        device is CudaDevice || device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_GPU },
        device.NumMultiprocessors, device.MemorySize, device.MaxNumThreadsPerGroup, device.MaxSharedMemoryPerGroup,
        device switch
        {
            CudaDevice cuda => $"{cuda.Architecture}, driver {cuda.DriverVersion}",
            CLDevice cl => $"{cl.PlatformName}, {cl.CVersion}",
            _ => "",
        });

    internal static DeviceDescription Cpu() => new(
        DeviceKind.Cpu, 0, $"wide twins on {Environment.ProcessorCount} cores", false, Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 0, 0, WideVectors.Description);

    internal static DeviceDescription CpuIlgpu() => new(
        DeviceKind.CpuIlgpu, 0, "ILGPU's CPU accelerator (slow, for tests)", false, 1,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, 256, 0, DeviceCatalog.Backend);
}
