using ILGPU.Runtime;

namespace ILGPU.Execution;

/// <summary>A kernel whose lanes are grouped by the launch. Groups are numbered X fast, Z slow.</summary>
internal sealed class GroupedKernel(Accelerator accelerator, Delegate kernel, Action body) : LoadedKernel(accelerator, kernel)
{
    // With a thread a lane, many cores times 1024 lanes would be more threads than a process may have.
    private const int MaxLaneThreads = 4096;

    public Index3D Grid { get; private set; }

    public Index3D Group { get; private set; }

    /// <summary>The elements of <see cref="SharedMemory.GetDynamic{T}"/>.</summary>
    public int DynamicElements { get; private set; }

    /// <summary>A lane of the kernel has met a barrier; known after the first group of the first launch.</summary>
    public bool MeetsBarriers { get; set; }

    protected override int MaxCores => MeetsBarriers ? Math.Clamp(MaxLaneThreads / Group.Size, 1, Cores.Count) : Cores.Count;

    /// <exception cref="ArgumentOutOfRangeException">
    /// An extent has a coordinate below 1 or is beyond what the accelerator can do. The number of lanes counts too, where the package's CPU accelerator
    /// looks at each coordinate alone and silently leaves out the lanes beyond: no GPU would launch such a group.
    /// </exception>
    public void Launch(KernelConfig config)
    {
        if (!config.GridDim.InBoundsInclusive(Accelerator.MaxGridSize))
            throw new ArgumentOutOfRangeException(nameof(config), $"Kernel '{Name}': grid {config.GridDim} is beyond {Accelerator.MaxGridSize}.");
        if (!config.GroupDim.InBoundsInclusive(Accelerator.MaxGroupSize) || config.GroupDim.LongSize > Accelerator.MaxNumThreadsPerGroup)
        {
            throw new ArgumentOutOfRangeException(
                nameof(config), $"Kernel '{Name}': group {config.GroupDim} has more than {Accelerator.MaxNumThreadsPerGroup} lanes.");
        }
        if (!config.IsValid)
            throw new ArgumentOutOfRangeException(nameof(config), $"Kernel '{Name}': a grid of {config.GridDim} groups of {config.GroupDim} has no lanes.");
        (Grid, Group) = config;
        DynamicElements = config.SharedMemoryConfig.NumElements;
        RunAll(Grid.LongSize);
    }

    /// <summary>Calls the kernel as the lane that the calling thread runs.</summary>
    public void RunLane() => body();

    protected override void Run(int core, long from, long to)
    {
        GroupRunner runner = Cores.Runner(core);
        for (long group = from; group < to; group++)
        {
            (long rest, long x) = Math.DivRem(group, Grid.X);
            (long z, long y) = Math.DivRem(rest, Grid.Y);
            runner.Run(this, new((int)x, (int)y, (int)z));
        }
    }
}
