using GpuCgan.Kernels.Devices;
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

    float A(int row, int k);

    /// <summary>Called for columns inside alone.</summary>
    Place Locate(int column);

    float B(int k, Place place);

    void Store(int row, Place place, float sum);
}

/// <summary>
/// The tiled product of <see cref="Operators.Gemm"/> with its operands behind an interface: a group of 16×16 lanes computes a 64×64 tile of C, each lane a 4×4 block
/// of it, from slices of A and B 16 deep in shared memory. Sums run over k = 0, 1, … in order.
/// </summary>
internal sealed class TiledProduct<TProduct> where TProduct : struct, IProduct<TProduct>
{
    /// <summary>Rows and columns of C that a group computes.</summary>
    public const int Tile = 64;

    /// <summary>How deep its slices are.</summary>
    public const int Depth = 16;

    private const int GroupEdge = 16;
    private const int Lanes = GroupEdge * GroupEdge;

    // Rows of a slice are padded against bank conflicts on the transposing store.
    private const int Pitch = Tile + 4;

    private static void Kernel(TProduct launch)
    {
        var sliceA = SharedMemory.Allocate<float>(Depth * Pitch);
        var sliceB = SharedMemory.Allocate<float>(Depth * Pitch);
        var product = launch.Plane(Grid.IdxZ);
        int rows = product.Rows, columns = product.Columns, depth = product.Depth;
        int lane = Group.IdxX;
        int row = Grid.IdxY * Tile;
        int column = Grid.IdxX * Tile;
        int laneRow = lane / GroupEdge * 4;
        int laneColumn = (lane & (GroupEdge - 1)) * 4;
        // A lane loads one column of B, every fourth element of its depth: neighbouring lanes read neighbouring pixels.
        int loaded = lane & (Tile - 1);
        bool loads = column + loaded < columns;
        var place = product.Locate(loads ? column + loaded : columns - 1);

        float c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        float c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        for (int k0 = 0; k0 < depth; k0 += Depth)
        {
            for (int i = lane; i < Tile * Depth; i += Lanes)
            {
                int m = i / Depth;
                int k = i & (Depth - 1);
                sliceA[k * Pitch + m] = row + m < rows && k0 + k < depth ? product.A(row + m, k0 + k) : 0;
                k = i / Tile;
                sliceB[k * Pitch + loaded] = loads && k0 + k < depth ? product.B(k0 + k, place) : 0;
            }
            GroupBarrier.Wait();
            for (int k = 0; k < Depth; k++)
            {
                int ia = k * Pitch + laneRow;
                int ib = k * Pitch + laneColumn;
                float a0 = sliceA[ia], a1 = sliceA[ia + 1], a2 = sliceA[ia + 2], a3 = sliceA[ia + 3];
                float b0 = sliceB[ib], b1 = sliceB[ib + 1], b2 = sliceB[ib + 2], b3 = sliceB[ib + 3];
                c00 += a0 * b0;
                c01 += a0 * b1;
                c02 += a0 * b2;
                c03 += a0 * b3;
                c10 += a1 * b0;
                c11 += a1 * b1;
                c12 += a1 * b2;
                c13 += a1 * b3;
                c20 += a2 * b0;
                c21 += a2 * b1;
                c22 += a2 * b2;
                c23 += a2 * b3;
                c30 += a3 * b0;
                c31 += a3 * b1;
                c32 += a3 * b2;
                c33 += a3 * b3;
            }
            GroupBarrier.Wait();
        }
        row += laneRow;
        column += laneColumn;
        StoreColumn(product, row, column, c00, c10, c20, c30);
        StoreColumn(product, row, column + 1, c01, c11, c21, c31);
        StoreColumn(product, row, column + 2, c02, c12, c22, c32);
        StoreColumn(product, row, column + 3, c03, c13, c23, c33);
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
    private readonly Action<AcceleratorStream, KernelConfig, TProduct> _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>, which has no wide twins.</summary>
    public TiledProduct(ComputeDevice device)
    {
        _device = device;
        _kernel = device.Accelerator.LoadKernel<TProduct>(Kernel);
    }

    /// <summary>Computes planes 0 … <paramref name="planes"/>−1, each at most <paramref name="rows"/> by <paramref name="columns"/>.</summary>
    public void Launch(TProduct product, int rows, int columns, int planes) =>
        _kernel(_device.Stream, new KernelConfig(new Index3D((columns - 1) / Tile + 1, (rows - 1) / Tile + 1, planes), new Index3D(Lanes, 1, 1)), product);
}
