global using ProductLauncher = System.Action<
    ILGPU.Runtime.AcceleratorStream, ILGPU.KernelConfig, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>, ILGPU.ArrayView<float>,
    GpuCgan.Kernels.Operators.Gemm.Shape, GpuCgan.Kernels.Operators.Gemm.Epilogue>;
using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Matrix products in the three orientations of a linear layer, with x [M, K] a batch, w [K, N] its weights and y [M, N] its output:
/// <list type="bullet">
/// <item><see cref="Forward"/>: y = f(x·w + b), or that with a dropout behind it, overwrites y;</item>
/// <item><see cref="InputGradient"/>: dx = dy·wᵀ, or that times the slope of what made x, overwrites dx;</item>
/// <item><see cref="WeightGradient"/>: dw = xᵀ·dy, overwrites dw or adds to it, as asked.</item>
/// </list>
/// On <c>cpu</c> w and dw may lie in strips (<see cref="WeightMatrix"/>), with the same bits in less time.
/// Backward needs x, w and, for f, the output y. The batch is not divided by: a mean belongs to the objective.
/// </summary>
/// <remarks>
/// One kernel serves all three: an operand is addressed by a row and a column stride. The register-tiled scheme is that of Volkov and
/// Demmel, "Benchmarking GPUs to tune dense linear algebra", SC 2008, with K shared among the teams of a group. The order of a sum depends on K
/// alone (on a GPU also on whether N is 1), never on the tile or the batch: |error| ≤ K·2⁻²⁴·Σ|x||w|, and sums of small integers are exact. In TF32 |error| ≤ (2⁻¹⁰ + 2⁻²² + K·2⁻²²)·Σ|x||w|: two
/// operands rounded by 2⁻¹¹ each, and sums of tensor cores, whose rounding is not documented (Fasi, Higham, Mikaitis and Pranesh 2021 saw truncation); in two pieces (tf32x3) the first of these is 2⁻²¹.
/// A product with one column or one k stays in single precision, and so does a weight gradient of at most 128 rows.
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

    private readonly ComputeDevice _device;
    private readonly bool _inTensors;
    private readonly TileSet? _tiles;
    private readonly MatrixVector? _vector;
    private readonly Outer? _outer;
    private readonly TensorProduct? _tensor;
    private readonly LaneProduct? _lanes;

    // Where products are of wide vectors, whose epilogue has neither: each row of a panel would be a few vectors here and there of y, slower than a pass behind it.
    private readonly Dropout? _dropout;
    private readonly Activate? _activate;

    /// <summary>Products on <paramref name="device"/>, in its <see cref="ComputeDevice.Precision"/>. A kernel is compiled when the first product needs it.</summary>
    public Gemm(ComputeDevice device) : this(device, device.Precision, emulateTensors: false)
    {
    }

    /// <summary>For tests: products as tensor cores compute them, on a device that need not have any.</summary>
    internal Gemm(ComputeDevice device, Precision precision, bool emulateTensors)
    {
        _inTensors = precision != Precision.Fp32;
        _device = device;
        if (device.Team is not null)
        {
            _dropout = new Dropout(device);
            _activate = new Activate(device);
            return;
        }
        _tiles = new TileSet(device);
        _vector = new MatrixVector(device);
        _outer = new Outer(device);
        _tensor = new TensorProduct(device, precision, emulateTensors);
        _lanes = new LaneProduct(device);
        ByLanes = device.IsCpuDriver;
    }

    /// <summary>The tile that every product takes, for tests; null for what its shape asks for.</summary>
    internal TileSize? Tile { get; init; }

    /// <summary>Whether a product takes no tile, unless one is asked for: see <see cref="LaneProduct"/>.</summary>
    internal bool ByLanes { get; init; }

    /// <summary>Compiles every kernel now that a GPU has, for who wants to look at them.</summary>
    internal void LoadAll()
    {
        _tiles?.LoadAll();
        _vector?.LoadAll();
        _tensor?.LoadAll();
    }

    /// <summary>y = f(x·w + b), or what a dropout makes of that, to the bits of a <see cref="Dropout"/> in place behind it. Overwrites y.</summary>
    /// <param name="x">[M, K].</param>
    /// <param name="w">[K, N].</param>
    /// <param name="b">[N], or an empty view for no bias.</param>
    /// <param name="y">[M, N]; must not overlap the inputs.</param>
    /// <param name="activation">f.</param>
    /// <param name="mask">What is dropped of y, if anything is.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, w lies in strips and the device is not <c>cpu</c>, or the mask is none of <see cref="Dropout"/>'s.</exception>
    public void Forward(Matrix x, WeightMatrix w, ArrayView<float> b, Matrix y, Activation activation, DropoutMask? mask = null)
    {
        Fits(x.Columns == w.Rows && x.Rows == y.Rows && w.Columns == y.Columns && (b.Length == 0 || b.Length == w.Columns), x, w, y);
        var shape = new Shape(x.Rows, w.Columns, x.Columns, x.Stride, 1, w.Stride, 1, y.Stride);
        using var launch = Announce("Gemm.Forward", shape, b.Length);
        var epilogue = new Epilogue(b.Length != 0, false, activation).For(y, mask);
        if (w.IsInStrips)
            LaunchForwardInStrips(x, w, b, y, epilogue);
        else
            Launch(x.Data, w.Data, y.Data, b, shape, epilogue);
        if (mask is { } behind)
            _dropout?.Apply(behind, y, y);
    }

    /// <summary>dx = dy·wᵀ, or the gradient before the nonlinearity that x came out of, to the bits of <see cref="Activate.Backward(Slope, Matrix, Matrix)"/> in place behind it. Overwrites dx.</summary>
    /// <param name="dy">[M, N].</param>
    /// <param name="w">[K, N], or its first rows where only the first inputs need a gradient.</param>
    /// <param name="dx">[M, K]; must not overlap the inputs.</param>
    /// <param name="slope">Of y [M, K], which is x; null for none.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, w lies in strips and the device is not <c>cpu</c>, or the slope's rate is none of a dropout.</exception>
    public void InputGradient(Matrix dy, WeightMatrix w, Matrix dx, Slope? slope = null)
    {
        Fits(dy.Columns == w.Columns && dy.Rows == dx.Rows && w.Rows == dx.Columns, dy, w, dx);
        if (slope is { } fitting)
            Fits(fitting.Y.Rows == dx.Rows && fitting.Y.Columns == dx.Columns, dy, fitting.Y, dx);
        var shape = new Shape(dy.Rows, w.Rows, dy.Columns, dy.Stride, 1, 1, w.Stride, dx.Stride);
        using var launch = Announce("Gemm.InputGradient", shape, slope is null ? 0 : dx.Elements);
        if (w.IsInStrips)
            LaunchInputGradientInStrips(dy, w, dx);
        else
            Launch(dy.Data, w.Data, dx.Data, default, shape, slope is { } kept && _activate is null ? Epilogue.Of(kept, dx) : new Epilogue(false, false, Activation.Identity).For(dx));
        if (slope is { } behind)
            _activate?.Apply(behind, dx, dx);
    }

    /// <summary>dw = xᵀ·dy, or dw += xᵀ·dy.</summary>
    /// <param name="x">[M, K].</param>
    /// <param name="dy">[M, N].</param>
    /// <param name="dw">[K, N]; must not overlap the inputs.</param>
    /// <param name="accumulate">Whether to add to dw instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or dw lies in strips and the device is not <c>cpu</c>.</exception>
    public void WeightGradient(Matrix x, Matrix dy, WeightMatrix dw, bool accumulate)
    {
        Fits(x.Rows == dy.Rows && x.Columns == dw.Rows && dy.Columns == dw.Columns, x, dy, dw);
        var shape = new Shape(x.Columns, dy.Columns, x.Rows, 1, x.Stride, dy.Stride, 1, dw.Stride);
        using var launch = Announce("Gemm.WeightGradient", shape, accumulate ? (long)dw.Rows * dw.Columns : 0);
        var epilogue = new Epilogue(false, accumulate, Activation.Identity);
        if (dw.IsInStrips)
            LaunchWide(x.Data, dy.Data, dw.Data, default, shape, epilogue, dw.Strip);
        else
            Launch(x.Data, dy.Data, dw.Data, default, shape, epilogue.For(new Matrix(dw.Data, dw.Rows, dw.Columns, dw.Stride)));
    }

    /// <summary>
    /// Whether a gradient of weights that lie like <paramref name="dw"/>, over a batch of so many rows, moves them as it comes (<see cref="MoveByGradient"/>): on a team of several threads, of which one multiplies
    /// while another waits for memory, and where a worker makes whole strips in one piece. One thread gains nothing by it, nor does a larger batch, and while a step is recorded the optimiser has a branch of its own
    /// (docs/performance.md, "Adam behind each panel").
    /// </summary>
    public static bool MovesWeights(ComputeDevice device, WeightMatrix dw, int batch) =>
        device.Team is { Threads: > 1 } && device.Branches is null && dw.IsInStrips && WideVectors.Bits > 128 && StayInCache(dw.Rows, batch);

    /// <summary>
    /// dw = xᵀ·dy, and each panel of it moves its weights when it is there, to the bits of an <see cref="Adam"/> behind it, which finds the gradient in a cache. The old weights are gone then.
    /// </summary>
    /// <param name="x">[M, K].</param>
    /// <param name="dy">[M, N].</param>
    /// <param name="dw">[K, N], of which <see cref="MovesWeights"/> is true; must not overlap the inputs.</param>
    /// <param name="move">What is moved: as many weights, lying as dw does.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or <see cref="MovesWeights"/> is false.</exception>
    public void MoveByGradient(Matrix x, Matrix dy, WeightMatrix dw, Adam.Move move)
    {
        Fits(x.Rows == dy.Rows && x.Columns == dw.Rows && dy.Columns == dw.Columns, x, dy, dw);
        if (!MovesWeights(_device, dw, x.Rows) || move.Length != dw.Data.Length)
            throw new ArgumentException($"The gradient of {dw} weights over {x.Rows} rows does not move {move.Length} floats here.", nameof(move));
        var shape = new Shape(x.Columns, dy.Columns, x.Rows, 1, x.Stride, dy.Stride, 1, dw.Stride);
        using var launch = Announce("Gemm.MoveByGradient", shape, 6 * move.Length, 15 * move.Length);
        LaunchWide(x.Data, dy.Data, dw.Data, default, shape, new Epilogue(false, false, Activation.Identity), dw.Strip, move);
    }

    /// <summary>To a profiler, if there is one: a product of M×N sums over K, and the floats that its epilogue reads beside the operands.</summary>
    private IDisposable? Announce(string name, Shape s, long epilogueFloats, long epilogueFlops = 0)
    {
        long m = s.M, n = s.N, k = s.K;
        return _device.Profiler?.Begin(name, $"{m}×{n}×{k}", 2 * m * n * k + epilogueFlops, sizeof(float) * (m * k + k * n + m * n + epilogueFloats));
    }

    /// <summary>
    /// Whether a product is a weight gradient of so few rows that tensor cores, whose eight teams' sums are added up behind them, are slower than single precision. The left operand of no other product
    /// lies across k.
    /// </summary>
    private static bool IsShallowGradient(Shape s) => s.AColumn != 1 && s.K <= 128;

    private void Fits(bool fits, WeightMatrix a, WeightMatrix b, WeightMatrix c)
    {
        if (_tiles is not null && (a.IsInStrips || b.IsInStrips || c.IsInStrips))
            throw new ArgumentException("Weights in strips are for products on cpu.");
        if (!fits)
            throw new ArgumentException($"The product's operands {a}, {b} and {c} do not fit one another.");
    }

    private void Launch(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
    {
        if (_tiles is null)
        {
            LaunchWide(a, b, c, bias, s, epilogue);
            return;
        }
        // A kernel's view must not be empty; without a bias it is not read.
        if (bias.Length == 0)
            bias = c;
        if (s.K == 1 && (Tile is null || _inTensors))
            _outer!.Launch(a, b, c, bias, s, epilogue);
        else if (ByLanes && Tile is null && !_inTensors)
            _lanes!.Launch(a, b, c, bias, s, epilogue);
        else if (s.N == 1 && (Tile is null || _inTensors))
            _vector!.Launch(a, b, c, bias, s, epilogue);
        else if (_inTensors && (Tile is not null || !IsShallowGradient(s)))
            _tensor!.Launch(Tile?.Rows, a, b, c, bias, s, epilogue);
        else
            _tiles.Launch(Tile ?? _tiles.Choose(s.M, s.N), a, b, c, bias, s, epilogue);
    }
}
