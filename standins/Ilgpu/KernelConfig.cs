namespace ILGPU;

/// <summary>The shape of a launch: how many groups there are, and how many lanes each has.</summary>
public readonly struct KernelConfig : IIndex
{
    /// <exception cref="ArgumentOutOfRangeException">The product of an extent's coordinates is negative.</exception>
    public KernelConfig(Index3D gridDim, Index3D groupDim, SharedMemoryConfig sharedMemoryConfig)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(gridDim.LongSize, nameof(gridDim));
        ArgumentOutOfRangeException.ThrowIfNegative(groupDim.LongSize, nameof(groupDim));
        GridDim = gridDim;
        GroupDim = groupDim;
        SharedMemoryConfig = sharedMemoryConfig;
    }

    public KernelConfig(Index3D gridDim, Index3D groupDim) : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index2D gridDim, Index2D groupDim) : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index2D gridDim, Index2D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim, 1), new Index3D(groupDim, 1), sharedMemoryConfig)
    {
    }

    public KernelConfig(Index1D gridDim, Index1D groupDim) : this(gridDim, groupDim, default)
    {
    }

    public KernelConfig(Index1D gridDim, Index1D groupDim, SharedMemoryConfig sharedMemoryConfig)
        : this(new Index3D(gridDim.X, 1, 1), new Index3D(groupDim.X, 1, 1), sharedMemoryConfig)
    {
    }

    public KernelConfig(int gridDimX, int gridDimY, int gridDimZ, int groupDimX, int groupDimY, int groupDimZ)
        : this(new Index3D(gridDimX, gridDimY, gridDimZ), new Index3D(groupDimX, groupDimY, groupDimZ), default)
    {
    }

    public Index3D GridDim { get; }

    public Index3D GroupDim { get; }

    public SharedMemoryConfig SharedMemoryConfig { get; }

    public bool UsesDynamicSharedMemory => SharedMemoryConfig.UsesDynamicSharedMemory;

    /// <summary>There is at least one group and one lane.</summary>
    public bool IsValid => GridDim is { X: > 0, Y: > 0, Z: > 0 } && GroupDim is { X: > 0, Y: > 0, Z: > 0 };

    /// <summary>The number of lanes of all groups together.</summary>
    public long Size => GridDim.LongSize * GroupDim.LongSize;

    public static implicit operator KernelConfig((Index1D, Index1D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index2D, Index2D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index3D, Index1D) dimensions) =>
        new(dimensions.Item1, new Index3D(dimensions.Item2, 1, 1));

    public static implicit operator KernelConfig((Index3D, Index2D) dimensions) =>
        new(dimensions.Item1, new Index3D(dimensions.Item2, 1));

    public static implicit operator KernelConfig((Index3D, Index3D) dimensions) => new(dimensions.Item1, dimensions.Item2);

    public static implicit operator KernelConfig((Index1D, Index1D, SharedMemoryConfig) dimensions) =>
        new(dimensions.Item1, dimensions.Item2, dimensions.Item3);

    public static implicit operator KernelConfig((Index3D, Index3D, SharedMemoryConfig) dimensions) =>
        new(dimensions.Item1, dimensions.Item2, dimensions.Item3);

    public static implicit operator (Index3D, Index3D)(KernelConfig config) => config.ToDimensions();

    public static implicit operator (Index3D, Index3D, SharedMemoryConfig)(KernelConfig config) => config.ToValueTuple();

    public (Index3D, Index3D) ToDimensions() => (GridDim, GroupDim);

    public (Index3D, Index3D, SharedMemoryConfig) ToValueTuple() => (GridDim, GroupDim, SharedMemoryConfig);

    public void Deconstruct(out Index3D gridDim, out Index3D groupDim) => (gridDim, groupDim) = (GridDim, GroupDim);

    public void Deconstruct(out Index3D gridDim, out Index3D groupDim, out SharedMemoryConfig sharedMemoryConfig) =>
        (gridDim, groupDim, sharedMemoryConfig) = (GridDim, GroupDim, SharedMemoryConfig);
}
