namespace ILGPU.Runtime;

/// <summary>What a compiler may count on: a kernel is launched with no more lanes a group, and so many groups are to fit a multiprocessor.</summary>
public readonly struct KernelSpecialization
{
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public KernelSpecialization(int? maxNumThreadsPerGroup, int? minNumGroupsPerMultiprocessor)
    {
        if (maxNumThreadsPerGroup < 1)
            throw new ArgumentOutOfRangeException(nameof(maxNumThreadsPerGroup));
        if (minNumGroupsPerMultiprocessor < 1)
            throw new ArgumentOutOfRangeException(nameof(minNumGroupsPerMultiprocessor));
        MaxNumThreadsPerGroup = maxNumThreadsPerGroup;
        MinNumGroupsPerMultiprocessor = minNumGroupsPerMultiprocessor;
    }

    public int? MaxNumThreadsPerGroup { get; }

    public int? MinNumGroupsPerMultiprocessor { get; }
}
