using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Schemes;

/// <summary>Where a column of a product lies in a batch: an offset, a row and a column of an image or a kernel.</summary>
internal readonly struct Place(int offset, int row, int column)
{
    public readonly int Offset = offset, Row = row, Column = column;
}

/// <summary>
/// C[Rows, Columns] = A[Rows, Depth]·B[Depth, Columns] whose elements are found by index arithmetic. What depends on the column alone is worked out once a lane,
/// in <see cref="Locate"/>.
/// </summary>
internal interface IProduct<TSelf> where TSelf : struct, IProduct<TSelf>
{
    int Rows { get; }
    int Columns { get; }
    int Depth { get; }

    /// <summary>The product of one plane of the grid, where a launch computes several.</summary>
    TSelf Plane(int plane);

    /// <summary>Where the elements of A of one k lie: what depends on k alone.</summary>
    int OffsetA(int k);

    float A(int row, int offset);

    /// <summary>Called for columns inside alone.</summary>
    Place Locate(int column);

    /// <summary>Where an element of B lies; negative where it is a zero beside an image.</summary>
    int OffsetB(int k, Place place);

    float B(int offset);

    void Store(int row, Place place, float sum);
}

/// <summary>
/// The tiled product of <see cref="Operators.Gemm"/> with its operands behind an interface: a group of 16×16 lanes computes a 64×64 tile of C, each lane a 4×4 block
/// of it, from slices of A and B 16 deep in shared memory. Sums run over k = 0, 1, … in order.
/// </summary>
/// <remarks>
/// The next slice is read while one is multiplied, and slices lie in two places in turns, so one barrier a slice is enough: who stores the next but one has met, at the barrier
/// before, all who have multiplied this one.
/// </remarks>
internal sealed class TiledProduct<TProduct> where TProduct : struct, IProduct<TProduct>
{
    /// <summary>Rows and columns of C that a group computes.</summary>
    public const int Tile = 64;

    /// <summary>How deep its slices are.</summary>
    public const int Depth = 16;

    private const int GroupEdge = 16;
    private const int Lanes = GroupEdge * GroupEdge;

    // Fours of a k of a slice: one more than it has, against bank conflicts on the transposing store.
    private const int Pitch = Tile / 4 + 1;
    private const int Slice = Depth * Pitch;

    private static void Kernel(TProduct launch)
    {
        EarlierLaunches.Await();
        // A and B, twice.
        var shared = SharedMemory.Allocate<Float4>(4 * Slice);
        var floats = shared.Cast<float>();
        var product = launch.Plane(Grid.IdxZ);
        int columns = product.Columns, depth = product.Depth;
        int lane = Group.IdxX;
        int row = Grid.IdxY * Tile;
        int column = Grid.IdxX * Tile;
        // Of A a lane reads four rows of one k: neighbouring lanes read neighbouring k of a row.
        int rowOfA = lane / Depth, depthOfA = lane & (Depth - 1);
        // Of B it reads four k of one column: neighbouring lanes read neighbouring pixels.
        int columnOfB = lane & (Tile - 1), depthOfB = lane / Tile;
        bool reads = column + columnOfB < columns;
        var place = product.Locate(reads ? column + columnOfB : columns - 1);
        int toA = depthOfA * 4 * Pitch + rowOfA;
        int toB = 4 * Slice + depthOfB * 4 * Pitch + columnOfB;
        int laneRow = lane / GroupEdge, laneColumn = lane & (GroupEdge - 1);

        var sums = default(Float4x4);
        var a = ReadA(product, row + rowOfA, depthOfA);
        var b = ReadB(product, place, reads, depthOfB);
        int at = 0;
        for (int k0 = 0; k0 < depth; k0 += Depth)
        {
            int first = 4 * at;
            floats[first + toA] = a.X;
            floats[first + toA + GroupEdge] = a.Y;
            floats[first + toA + 2 * GroupEdge] = a.Z;
            floats[first + toA + 3 * GroupEdge] = a.W;
            floats[first + toB] = b.X;
            floats[first + toB + 4 * 4 * Pitch] = b.Y;
            floats[first + toB + 8 * 4 * Pitch] = b.Z;
            floats[first + toB + 12 * 4 * Pitch] = b.W;
            GroupBarrier.Wait();
            if (k0 + Depth < depth)
            {
                a = ReadA(product, row + rowOfA, k0 + Depth + depthOfA);
                b = ReadB(product, place, reads, k0 + Depth + depthOfB);
            }
            for (int k = 0; k < Slice; k += Pitch)
                sums = Float4x4.AddOuter(sums, shared[at + k + laneRow], shared[at + Slice + k + laneColumn]);
            at = 2 * Slice - at;
        }
        Store(product, row + 4 * laneRow, column + 4 * laneColumn, sums);
    }

    /// <summary>The same sums without shared memory and without barriers: see <see cref="Operators.Gemm.LaneProduct"/>.</summary>
    private static void LaneKernel(TProduct launch)
    {
        EarlierLaunches.Await();
        var product = launch.Plane(Grid.IdxZ);
        int row = 4 * Grid.IdxY, column = 4 * (Grid.IdxX * ElementLanes.AGroup + Group.IdxX);
        if (row >= product.Rows || column >= product.Columns)
            return;
        int lastRow = product.Rows - 1, lastColumn = product.Columns - 1;
        // In place of a row or a column beyond the last that one is read: what is made of it is not stored.
        int row1 = Math.Min(row + 1, lastRow), row2 = Math.Min(row + 2, lastRow), row3 = Math.Min(row + 3, lastRow);
        Place at0 = product.Locate(column), at1 = product.Locate(Math.Min(column + 1, lastColumn));
        Place at2 = product.Locate(Math.Min(column + 2, lastColumn)), at3 = product.Locate(Math.Min(column + 3, lastColumn));
        var sums = default(Float4x4);
        for (int k = 0; k < product.Depth; k++)
        {
            int ofA = product.OffsetA(k);
            sums = Float4x4.AddOuter(
                sums, new(product.A(row, ofA), product.A(row1, ofA), product.A(row2, ofA), product.A(row3, ofA)),
                new(ReadB(product, k, at0), ReadB(product, k, at1), ReadB(product, k, at2), ReadB(product, k, at3)));
        }
        Store(product, row, column, sums);
    }

    private static float ReadB(TProduct product, int k, Place place)
    {
        int offset = product.OffsetB(k, place);
        float read = product.B(Math.Max(0, offset));
        return offset < 0 ? 0f : read;
    }

    /// <summary>A[row, k] and the elements 16, 32 and 48 rows below it; 0 where they lie outside.</summary>
    private static Float4 ReadA(TProduct product, int row, int k)
    {
        int rows = k < product.Depth ? product.Rows : 0;
        int offset = product.OffsetA(k);
        return new(
            row < rows ? product.A(row, offset) : 0, row + GroupEdge < rows ? product.A(row + GroupEdge, offset) : 0,
            row + 2 * GroupEdge < rows ? product.A(row + 2 * GroupEdge, offset) : 0, row + 3 * GroupEdge < rows ? product.A(row + 3 * GroupEdge, offset) : 0);
    }

    /// <summary>B[k, place] and the elements 4, 8 and 12 k further.</summary>
    private static Column ReadB(TProduct product, Place place, bool reads, int k)
    {
        int o0 = OffsetB(product, place, reads, k), o1 = OffsetB(product, place, reads, k + 4), o2 = OffsetB(product, place, reads, k + 8), o3 = OffsetB(product, place, reads, k + 12);
        return new(
            new(product.B(Math.Max(0, o0)), product.B(Math.Max(0, o1)), product.B(Math.Max(0, o2)), product.B(Math.Max(0, o3))), o0, o1, o2, o3);
    }

    private static int OffsetB(TProduct product, Place place, bool reads, int k) => reads && k < product.Depth ? product.OffsetB(k, place) : -1;

    /// <summary>
    /// Four elements as they were read, and where: what was read in place of a zero is told from it only when it is stored. Asked before, the answer would wait for the memory,
    /// and each element for the one before it.
    /// </summary>
    private readonly struct Column(Float4 read, int o0, int o1, int o2, int o3)
    {
        private readonly Float4 _read = read;
        private readonly int _o0 = o0, _o1 = o1, _o2 = o2, _o3 = o3;

        public float X => _o0 < 0 ? 0f : _read.X;

        public float Y => _o1 < 0 ? 0f : _read.Y;

        public float Z => _o2 < 0 ? 0f : _read.Z;

        public float W => _o3 < 0 ? 0f : _read.W;
    }

    private static void Store(TProduct product, int row, int column, Float4x4 sums)
    {
        StoreColumn(product, row, column, sums.Row0.X, sums.Row1.X, sums.Row2.X, sums.Row3.X);
        StoreColumn(product, row, column + 1, sums.Row0.Y, sums.Row1.Y, sums.Row2.Y, sums.Row3.Y);
        StoreColumn(product, row, column + 2, sums.Row0.Z, sums.Row1.Z, sums.Row2.Z, sums.Row3.Z);
        StoreColumn(product, row, column + 3, sums.Row0.W, sums.Row1.W, sums.Row2.W, sums.Row3.W);
    }

    private static void StoreColumn(TProduct product, int row, int column, float c0, float c1, float c2, float c3)
    {
        if (column >= product.Columns)
            return;
        var place = product.Locate(column);
        Store(product, row, place, c0);
        Store(product, row + 1, place, c1);
        Store(product, row + 2, place, c2);
        Store(product, row + 3, place, c3);
    }

    private static void Store(TProduct product, int row, Place place, float sum)
    {
        if (row < product.Rows)
            product.Store(row, place, sum);
    }

    private readonly ComputeDevice _device;
    private readonly bool _byLanes;
    private readonly Action<AcceleratorStream, KernelConfig, TProduct> _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>, which has no wide twins: the tiles', or the one whose lanes share nothing.</summary>
    public TiledProduct(ComputeDevice device, bool byLanes)
    {
        _device = device;
        _byLanes = byLanes;
        _kernel = device.Load(on => on.LoadKernel<TProduct>(byLanes ? LaneKernel : Kernel));
    }

    /// <summary>Computes planes 0 … <paramref name="planes"/>−1, each at most <paramref name="rows"/> by <paramref name="columns"/>.</summary>
    public void Launch(TProduct product, int rows, int columns, int planes)
    {
        int columnsAGroup = _byLanes ? 4 * ElementLanes.AGroup : Tile, rowsAGroup = _byLanes ? 4 : Tile;
        var groups = new Index3D((columns - 1) / columnsAGroup + 1, (rows - 1) / rowsAGroup + 1, planes);
        _kernel(_device.Stream, new KernelConfig(groups, new Index3D(_byLanes ? ElementLanes.AGroup : Lanes, 1, 1)), product);
    }
}
