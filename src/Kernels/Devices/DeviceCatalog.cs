using System.Collections.Immutable;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace GpuCgan.Kernels.Devices;

/// <summary>What devices this machine has, what was looked for and not found, and which one <c>auto</c> takes and why.</summary>
/// <param name="Devices">Every device found, as <c>--device</c> names it.</param>
/// <param name="Missing">One line for each family that was looked for and not found.</param>
/// <param name="Best">The one that <c>auto</c> takes.</param>
/// <param name="Reason">Why.</param>
public sealed record DeviceCatalog(ImmutableArray<DeviceDescription> Devices, ImmutableArray<string> Missing, DeviceDescription Best, string Reason)
{
    /// <summary>"ILGPU 1.5.3", or that the stand-in is in use and what that means.</summary>
    public static string Backend
    {
        get
        {
            var assembly = typeof(Context).Assembly.GetName();
            return assembly.Name == "ILGPU"
                ? $"ILGPU {assembly.Version?.ToString(3)}"
                : "stand-in for ILGPU (the feed lacked the package; CPU only)";
        }
    }

    /// <summary>Whether ILGPU itself is in use and not its stand-in.</summary>
    public static bool HasIlgpu => typeof(Context).Assembly.GetName().Name == "ILGPU";

    /// <summary>Looks for devices. A driver that is not there, or that fails, becomes a line in <see cref="Missing"/>.</summary>
    public static DeviceCatalog Read()
    {
        DriverNames.Register();
        var devices = ImmutableArray.CreateBuilder<DeviceDescription>();
        var missing = ImmutableArray.CreateBuilder<string>();
        foreach (var kind in (ReadOnlySpan<DeviceKind>)[DeviceKind.Cuda, DeviceKind.OpenCl])
        {
            try
            {
                using var context = CreateGpuContext(kind);
                var found = GpuDevices(context, kind);
                for (int i = 0; i < found.Count; i++)
                    devices.Add(DeviceDescription.Of(kind, i, found[i]));
                if (found.Count == 0)
                    missing.Add(WhyNone(kind));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                missing.Add($"{Family(kind)}: the driver failed: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
        devices.Add(DeviceDescription.Cpu());
        devices.Add(DeviceDescription.CpuIlgpu());
        var (best, reason) = Choose(devices);
        return new DeviceCatalog(devices.ToImmutable(), missing.ToImmutable(), best, reason);
    }

    /// <summary>The best CUDA device (multiprocessors, then memory), else the best OpenCL GPU, else the CPU.</summary>
    private static (DeviceDescription, string) Choose(IReadOnlyList<DeviceDescription> devices)
    {
        foreach (var kind in (ReadOnlySpan<DeviceKind>)[DeviceKind.Cuda, DeviceKind.OpenCl])
        {
            var best = devices.Where(d => d.Kind == kind && d.IsGpu)
                .OrderByDescending(d => d.Multiprocessors).ThenByDescending(d => d.MemoryBytes).ThenBy(d => d.Index).FirstOrDefault();
            if (best is not null)
                return (best, kind == DeviceKind.Cuda
                    ? "a CUDA device comes first, the one with the most multiprocessors"
                    : "there is no CUDA device, and an OpenCL GPU comes before the CPU");
        }
        return (devices.First(d => d.Kind == DeviceKind.Cpu), "there is neither a CUDA device nor an OpenCL GPU");
    }

    internal static Context CreateGpuContext(DeviceKind kind, bool profiling = false) => Context.Create(builder =>
    {
        DivergentBranches.Register(builder);
        if (profiling)
            builder.Profiling();
        GroupBarrier.Register(builder);
        EarlierLaunches.Register(builder);
        if (kind == DeviceKind.Cuda)
            builder.Cuda();
        else
            builder.OpenCL();
    });

    /// <summary>ILGPU puts a CPU device into a context that found no other, so the family is asked for by type.</summary>
    internal static IReadOnlyList<Device> GpuDevices(Context context, DeviceKind kind)
    {
        var found = new List<Device>();
        if (kind == DeviceKind.Cuda)
        {
            foreach (var device in context.GetCudaDevices())
                found.Add(device);
        }
        else
        {
            foreach (var device in context.GetCLDevices())
                found.Add(device);
        }
        return found;
    }

    internal static DeviceNotFoundException NotFound(DeviceKind kind, int index, int count) => new(count == 0
        ? $"--device {Family(kind)}: {WhyNone(kind)[(Family(kind).Length + 2)..]} Use --device auto or cpu."
        : $"--device {Family(kind)}:{index}: there {(count == 1 ? "is 1 such device" : $"are {count} such devices")}, numbered from 0; see 'gpucgan devices'.");

    private static string Family(DeviceKind kind) => kind == DeviceKind.Cuda ? "cuda" : "opencl";

    private static string WhyNone(DeviceKind kind)
    {
        if (!HasIlgpu)
            return $"{Family(kind)}: not looked for: {Backend}.";
        return kind == DeviceKind.Cuda
            ? "cuda: no NVIDIA device was found (libcuda.so and libcuda.so.1 were asked)."
            : "opencl: no device with OpenCL C 2 or 3 and a generic address space was found (libOpenCL.so and libOpenCL.so.1 were asked).";
    }
}
