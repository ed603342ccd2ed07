namespace ILGPU.Execution;

/// <summary>One lane of the group under way, as the code of the kernel sees it through <see cref="ILGPU.Group"/>.</summary>
internal sealed class Lane(GroupRunner group)
{
    [ThreadStatic]
    private static Lane? current;

    /// <summary>The lane that the calling thread runs.</summary>
    /// <exception cref="InvalidKernelOperationException">It runs none.</exception>
    public static Lane Current => current ?? ThrowOutside();

    public static bool IsRunning => current is not null;

    public GroupRunner Group { get; } = group;

    public Baton Baton { get; } = Baton.Create();

    /// <summary>The number in the group, X fast, Z slow.</summary>
    public int Number { get; private set; }

    public Index3D Index { get; private set; }

    /// <summary>How many allocations of shared memory the lane has made.</summary>
    public int Allocations { get; set; }

    /// <summary>Makes it the lane that the calling thread runs; null where the thread leaves the kernel.</summary>
    public static void Enter(Lane? lane) => current = lane;

    /// <summary>Becomes a lane that has not run yet.</summary>
    public void Become(int number, Index3D group)
    {
        Number = number;
        Allocations = 0;
        (int rest, int x) = Math.DivRem(number, group.X);
        (int z, int y) = Math.DivRem(rest, group.Y);
        Index = new(x, y, z);
    }

    /// <summary>Becomes the lane behind this one, without a division: kernels without barriers have little else between two lanes.</summary>
    public void BecomeNext(Index3D group)
    {
        Number++;
        Allocations = 0;
        Index = Index.X + 1 < group.X ? new(Index.X + 1, Index.Y, Index.Z)
            : Index.Y + 1 < group.Y ? new(0, Index.Y + 1, Index.Z)
            : new(0, 0, Index.Z + 1);
    }

    private static Lane ThrowOutside() =>
        throw new InvalidKernelOperationException(
            "Grid, Group and SharedMemory may be used in explicitly grouped kernels alone (LoadKernel, LoadStreamKernel).");
}
