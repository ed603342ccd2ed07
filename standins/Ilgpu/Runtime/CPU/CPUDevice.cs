using System.Collections.Immutable;
using System.Numerics;

namespace ILGPU.Runtime.CPU;

/// <summary>
/// The CPU in the guise of a GPU. Warp, multiprocessors and group size are what the package reports, and the group size is a limit as
/// it is there: 16 lanes for <see cref="Default"/>, 1024 for <see cref="Nvidia"/>. A launch runs on all cores whatever they say.
/// </summary>
[DeviceType(AcceleratorType.CPU)]
public sealed class CPUDevice : Device
{
    public static readonly CPUDevice Default = new(4, 4, 1);
    public static readonly CPUDevice Nvidia = new(32, 32, 1);
    public static readonly CPUDevice AMD = new(32, 8, 1);
    public static readonly CPUDevice LegacyAMD = new(64, 4, 1);
    public static readonly CPUDevice Intel = new(16, 8, 1);

    /// <summary>In the order of <see cref="CPUDeviceKind"/>.</summary>
    public static readonly ImmutableArray<CPUDevice> All = [Default, Nvidia, AMD, LegacyAMD, Intel];

    /// <exception cref="ArgumentOutOfRangeException">
    /// A warp has less than two threads, the number of warps is no power of two, there is no multiprocessor, or a group has more than
    /// 32767 threads.
    /// </exception>
    public CPUDevice(int numThreadsPerWarp, int numWarpsPerMultiprocessor, int numMultiprocessors)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numThreadsPerWarp, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(numMultiprocessors, 1);
        if (!BitOperations.IsPow2(numWarpsPerMultiprocessor) || numThreadsPerWarp * numWarpsPerMultiprocessor > short.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(numWarpsPerMultiprocessor));

        Name = nameof(CPUAccelerator);
        WarpSize = numThreadsPerWarp;
        MaxNumThreadsPerGroup = numThreadsPerWarp * numWarpsPerMultiprocessor;
        MaxNumThreadsPerMultiprocessor = MaxNumThreadsPerGroup;
        NumMultiprocessors = numMultiprocessors;
        MaxGroupSize = new(MaxNumThreadsPerGroup);
        MaxGridSize = new(int.MaxValue, ushort.MaxValue, ushort.MaxValue);
        MemorySize = long.MaxValue;
        MaxSharedMemoryPerGroup = int.MaxValue;
        MaxConstantMemory = int.MaxValue;
        NumThreads = MaxNumThreads;
    }

    public int NumThreads { get; }

    /// <exception cref="ArgumentOutOfRangeException">There is no such kind.</exception>
    public static CPUDevice GetDevice(CPUDeviceKind kind) =>
        Enum.IsDefined(kind) ? All[(int)kind] : throw new ArgumentOutOfRangeException(nameof(kind));

    public static ImmutableArray<Device> GetDevices(Predicate<CPUDevice> predicate) =>
        [.. All.Where(device => predicate(device))];

    public override Accelerator CreateAccelerator(Context context) => CreateCPUAccelerator(context);

    public CPUAccelerator CreateCPUAccelerator(Context context) => CreateCPUAccelerator(context, CPUAcceleratorMode.Auto);

    public CPUAccelerator CreateCPUAccelerator(Context context, CPUAcceleratorMode mode) =>
        CreateCPUAccelerator(context, mode, ThreadPriority.Normal);

    public CPUAccelerator CreateCPUAccelerator(Context context, CPUAcceleratorMode mode, ThreadPriority threadPriority) =>
        new(context, this, mode, threadPriority);

    public override bool Equals(object? obj) =>
        obj is CPUDevice device && device.WarpSize == WarpSize && device.MaxNumThreadsPerGroup == MaxNumThreadsPerGroup
        && device.NumMultiprocessors == NumMultiprocessors && base.Equals(obj);

    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), WarpSize, MaxNumThreadsPerGroup, NumMultiprocessors);
}
