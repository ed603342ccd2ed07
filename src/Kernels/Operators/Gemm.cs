using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Matrix products in the three orientations of a linear layer, with x [M, K] a batch, w [K, N] its weights and y [M, N] its output:
/// <list type="bullet">
/// <item><see cref="Forward"/>: y = f(x·w + b), overwrites y;</item>
/// <item><see cref="InputGradient"/>: dx = dy·wᵀ, overwrites dx;</item>
/// <item><see cref="WeightGradient"/>: dw = xᵀ·dy, overwrites dw or adds to it, as asked.</item>
/// </list>
/// Backward needs x, w and, for f, the output y. The batch is not divided by: a mean belongs to the objective.
/// </summary>
/// <remarks>
/// One kernel serves all three: an operand is addressed by a row and a column stride. The register-tiled scheme is that of Volkov and
/// Demmel, "Benchmarking GPUs to tune dense linear algebra", SC 2008. Sums run over k = 0, 1, … in order in single precision, so
/// |error| ≤ K·2⁻²⁴·Σ|x||w|; sums of small integers are exact.
/// </remarks>
public sealed partial class Gemm
{
    /// <summary>C[M, N] = A[M, K]·B[K, N] with the strides of each operand, in floats.</summary>
    internal readonly struct Shape(int m, int n, int k, int aRow, int aColumn, int bRow, int bColumn, int cRow)
    {
        public readonly int M = m, N = n, K = k;
        public readonly int ARow = aRow, AColumn = aColumn;
        public readonly int BRow = bRow, BColumn = bColumn;
        public readonly int CRow = cRow;
    }

    /// <summary>What happens to a sum before it is stored.</summary>
    internal readonly struct Epilogue(bool hasBias, bool accumulate, Activation activation)
    {
        public readonly int HasBias = hasBias ? 1 : 0;
        public readonly int Accumulate = accumulate ? 1 : 0;
        public readonly Activation Activation = activation;

        /// <summary>Whether the sum itself is stored.</summary>
        public bool IsPlain => HasBias == 0 && Accumulate == 0 && Activation.Kind == ActivationKind.Identity;
    }

    // A group of 16×16 lanes computes a 64×64 tile of C, each lane a 4×4 block of it whose rows and columns lie together, from
    // slices of A and B 16 deep in shared memory. Rows of a slice are padded by 4 floats against bank conflicts on the transposing store.
    private const int Tile = 64;
    private const int Depth = 16;
    private const int GroupEdge = 16;
    private const int Lanes = GroupEdge * GroupEdge;
    private const int Pitch = Tile + 4;

    private static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
    {
        var sliceA = SharedMemory.Allocate<float>(Depth * Pitch);
        var sliceB = SharedMemory.Allocate<float>(Depth * Pitch);
        int lane = Group.IdxX;
        int row = Grid.IdxY * Tile;
        int column = Grid.IdxX * Tile;
        int laneRow = lane / GroupEdge * 4;
        int laneColumn = lane % GroupEdge * 4;

        float c00 = 0, c01 = 0, c02 = 0, c03 = 0, c10 = 0, c11 = 0, c12 = 0, c13 = 0;
        float c20 = 0, c21 = 0, c22 = 0, c23 = 0, c30 = 0, c31 = 0, c32 = 0, c33 = 0;
        for (int k0 = 0; k0 < s.K; k0 += Depth)
        {
            for (int i = lane; i < Tile * Depth; i += Lanes)
            {
                // Neighbouring lanes read along whichever direction of the operand is contiguous.
                int m = s.AColumn == 1 ? i / Depth : i % Tile;
                int k = s.AColumn == 1 ? i % Depth : i / Tile;
                bool inside = row + m < s.M && k0 + k < s.K;
                sliceA[k * Pitch + m] = inside ? a[(row + m) * s.ARow + (k0 + k) * s.AColumn] : 0;

                int n = s.BColumn == 1 ? i % Tile : i / Depth;
                k = s.BColumn == 1 ? i / Tile : i % Depth;
                inside = column + n < s.N && k0 + k < s.K;
                sliceB[k * Pitch + n] = inside ? b[(k0 + k) * s.BRow + (column + n) * s.BColumn] : 0;
            }
            Group.Barrier();
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
            Group.Barrier();
        }
        StoreRow(c, bias, s, epilogue, row + laneRow, column + laneColumn, c00, c01, c02, c03);
        StoreRow(c, bias, s, epilogue, row + laneRow + 1, column + laneColumn, c10, c11, c12, c13);
        StoreRow(c, bias, s, epilogue, row + laneRow + 2, column + laneColumn, c20, c21, c22, c23);
        StoreRow(c, bias, s, epilogue, row + laneRow + 3, column + laneColumn, c30, c31, c32, c33);
    }

    private static void StoreRow(
        ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int row, int column, float c0, float c1, float c2, float c3)
    {
        if (row >= s.M)
            return;
        Store(c, bias, s, epilogue, row, column, c0);
        Store(c, bias, s, epilogue, row, column + 1, c1);
        Store(c, bias, s, epilogue, row, column + 2, c2);
        Store(c, bias, s, epilogue, row, column + 3, c3);
    }

    private static void Store(ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int row, int column, float sum)
    {
        if (column >= s.N)
            return;
        int index = row * s.CRow + column;
        if (epilogue.Accumulate != 0)
        {
            c[index] = sum + c[index];
            return;
        }
        if (epilogue.HasBias != 0)
            sum += bias[column];
        c[index] = epilogue.Activation.Forward(new Real1(sum)).Value;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public Gemm(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, Epilogue>(Kernel);
    }

    /// <summary>y = f(x·w + b). Overwrites y.</summary>
    /// <param name="x">[M, K].</param>
    /// <param name="w">[K, N].</param>
    /// <param name="b">[N], or an empty view for no bias.</param>
    /// <param name="y">[M, N]; must not overlap the inputs.</param>
    /// <param name="activation">f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(Matrix x, Matrix w, ArrayView<float> b, Matrix y, Activation activation)
    {
        Fits(x.Columns == w.Rows && x.Rows == y.Rows && w.Columns == y.Columns && (b.Length == 0 || b.Length == w.Columns), x, w, y);
        var shape = new Shape(x.Rows, w.Columns, x.Columns, x.Stride, 1, w.Stride, 1, y.Stride);
        using var launch = Announce("Gemm.Forward", shape, b.Length);
        Launch(x.Data, w.Data, y.Data, b, shape, new Epilogue(b.Length != 0, false, activation));
    }

    /// <summary>dx = dy·wᵀ. Overwrites dx.</summary>
    /// <param name="dy">[M, N].</param>
    /// <param name="w">[K, N], or its first rows where only the first inputs need a gradient.</param>
    /// <param name="dx">[M, K]; must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void InputGradient(Matrix dy, Matrix w, Matrix dx)
    {
        Fits(dy.Columns == w.Columns && dy.Rows == dx.Rows && w.Rows == dx.Columns, dy, w, dx);
        var shape = new Shape(dy.Rows, w.Rows, dy.Columns, dy.Stride, 1, 1, w.Stride, dx.Stride);
        using var launch = Announce("Gemm.InputGradient", shape, 0);
        Launch(dy.Data, w.Data, dx.Data, default, shape, new Epilogue(false, false, Activation.Identity));
    }

    /// <summary>dw = xᵀ·dy, or dw += xᵀ·dy.</summary>
    /// <param name="x">[M, K].</param>
    /// <param name="dy">[M, N].</param>
    /// <param name="dw">[K, N]; must not overlap the inputs.</param>
    /// <param name="accumulate">Whether to add to dw instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void WeightGradient(Matrix x, Matrix dy, Matrix dw, bool accumulate)
    {
        Fits(x.Rows == dy.Rows && x.Columns == dw.Rows && dy.Columns == dw.Columns, x, dy, dw);
        var shape = new Shape(x.Columns, dy.Columns, x.Rows, 1, x.Stride, dy.Stride, 1, dw.Stride);
        using var launch = Announce("Gemm.WeightGradient", shape, accumulate ? (long)dw.Rows * dw.Columns : 0);
        Launch(x.Data, dy.Data, dw.Data, default, shape, new Epilogue(false, accumulate, Activation.Identity));
    }

    /// <summary>To a profiler, if there is one: a product of M×N sums over K, and the floats that its epilogue reads beside the operands.</summary>
    private IDisposable? Announce(string name, Shape s, long epilogueFloats)
    {
        long m = s.M, n = s.N, k = s.K;
        return _device.Profiler?.Begin(name, $"{m}×{n}×{k}", 2 * m * n * k, sizeof(float) * (m * k + k * n + m * n + epilogueFloats));
    }

    private static void Fits(bool fits, Matrix a, Matrix b, Matrix c)
    {
        if (!fits)
            throw new ArgumentException($"The product's operands {a}, {b} and {c} do not fit one another.");
    }

    private void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
    {
        if (_kernel is null)
        {
            LaunchWide(a, b, c, bias, s, epilogue);
            return;
        }
        var grid = new Index3D((s.N + Tile - 1) / Tile, (s.M + Tile - 1) / Tile, 1);
        // A kernel's view must not be empty; without a bias it is not read.
        _kernel(_device.Stream, new KernelConfig(grid, new Index3D(Lanes, 1, 1)), a, b, c, bias.Length == 0 ? c : bias, s, epilogue);
    }
}
