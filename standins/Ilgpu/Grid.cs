using ILGPU.Execution;

namespace ILGPU;

/// <summary>Where in the grid the lane's group is. For explicitly grouped kernels alone.</summary>
/// <exception cref="InvalidKernelOperationException">The caller is not an explicitly grouped kernel.</exception>
public static class Grid
{
    public static int IdxX => Lane.Current.Group.GridIndex.X;

    public static int IdxY => Lane.Current.Group.GridIndex.Y;

    public static int IdxZ => Lane.Current.Group.GridIndex.Z;

    public static Index3D Index => Lane.Current.Group.GridIndex;

    public static int DimX => Dimension.X;

    public static int DimY => Dimension.Y;

    public static int DimZ => Dimension.Z;

    public static Index3D Dimension => Lane.Current.Group.Kernel.Grid;

    /// <summary>The group's number, X fast, Z slow.</summary>
    public static int LinearIndex => (IdxZ * DimY + IdxY) * DimX + IdxX;

    /// <summary>The lane's index among the lanes of all groups.</summary>
    public static Index3D GlobalIndex
    {
        get
        {
            Lane lane = Lane.Current;
            return ComputeGlobalIndex(lane.Group.GridIndex, lane.Index, lane.Group.Kernel.Group);
        }
    }

    /// <summary>The lane's number, group by group.</summary>
    public static int GlobalLinearIndex => LinearIndex * Group.Dimension.Size + Group.LinearIndex;

    /// <exception cref="OverflowException">The index does not fit 32 bits.</exception>
    public static Index1D ComputeGlobalIndex(Index1D gridIdx, Index1D groupIdx) => checked(groupIdx.X + gridIdx.X * Group.DimX);

    /// <inheritdoc cref="ComputeGlobalIndex(Index1D, Index1D)"/>
    public static Index2D ComputeGlobalIndex(Index2D gridIdx, Index2D groupIdx)
    {
        Index3D size = Group.Dimension;
        return checked(new(groupIdx.X + gridIdx.X * size.X, groupIdx.Y + gridIdx.Y * size.Y));
    }

    /// <inheritdoc cref="ComputeGlobalIndex(Index1D, Index1D)"/>
    public static Index3D ComputeGlobalIndex(Index3D gridIdx, Index3D groupIdx) => ComputeGlobalIndex(gridIdx, groupIdx, Group.Dimension);

    private static Index3D ComputeGlobalIndex(Index3D gridIdx, Index3D groupIdx, Index3D size) =>
        checked(new(groupIdx.X + gridIdx.X * size.X, groupIdx.Y + gridIdx.Y * size.Y, groupIdx.Z + gridIdx.Z * size.Z));
}
