using ILGPU.Execution;

namespace ILGPU;

/// <summary>Where in its group the lane is, and the group's barriers. For explicitly grouped kernels alone.</summary>
/// <remarks>
/// A barrier is passed by no lane before every lane has reached it. A launch in which only some lanes of a group reach one, or lanes
/// meet at different kinds, ends with an exception that names the kernel, the group and the lanes.
/// </remarks>
/// <exception cref="InvalidKernelOperationException">The caller is not an explicitly grouped kernel.</exception>
public static class Group
{
    public static int IdxX => Lane.Current.Index.X;

    public static int IdxY => Lane.Current.Index.Y;

    public static int IdxZ => Lane.Current.Index.Z;

    public static Index3D Index => Lane.Current.Index;

    public static int DimX => Dimension.X;

    public static int DimY => Dimension.Y;

    public static int DimZ => Dimension.Z;

    public static Index3D Dimension => Lane.Current.Group.Kernel.Group;

    /// <summary>The lane's number in its group, X fast, Z slow.</summary>
    public static int LinearIndex => Lane.Current.Number;

    public static bool IsFirstThread => Lane.Current.Number == 0;

    public static bool IsLastThread => Lane.Current.Number == Lane.Current.Group.Size - 1;

    public static void Barrier() => Meet(BarrierKind.Barrier, false);

    /// <summary>A barrier that tells each lane for how many the predicate held.</summary>
    public static int BarrierPopCount(bool predicate) => Meet(BarrierKind.BarrierPopCount, predicate);

    /// <summary>A barrier that tells each lane whether the predicate held for all.</summary>
    public static bool BarrierAnd(bool predicate) => Meet(BarrierKind.BarrierAnd, predicate) == Lane.Current.Group.Size;

    /// <summary>A barrier that tells each lane whether the predicate held for any.</summary>
    public static bool BarrierOr(bool predicate) => Meet(BarrierKind.BarrierOr, predicate) > 0;

    private static int Meet(BarrierKind kind, bool predicate)
    {
        Lane lane = Lane.Current;
        return lane.Group.Meet(lane, kind, predicate);
    }
}
