using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015) of x [M, N] over the batch, column by column, with an activation f fused behind it:
/// <list type="bullet">
/// <item><see cref="Forward"/>: y = f(γ·x̂ + β) with x̂ = (x − μ)/√(σ² + ε) and the batch's own μ and biased σ²; overwrites y, μ and 1/√(σ² + ε), and moves the
/// running estimates: r ← (1 − momentum)·r + momentum·batch, the variance unbiased, σ²·M/(M − 1), as PyTorch has it;</item>
/// <item><see cref="Infer"/>: the same with the running estimates in the place of μ and σ², so a sample alone equals the same sample in a batch; overwrites y;</item>
/// <item><see cref="Backward"/>: with g = dy·f′, dβ = Σ g, dγ = Σ g·x̂, dx = γ/√(σ² + ε)·(g − dβ/M − x̂·dγ/M); overwrites dx, and dβ and dγ or adds to
/// them, as asked.</item>
/// </list>
/// Backward needs x, y, γ, μ and 1/√(σ² + ε) as Forward left them.
/// </summary>
/// <remarks>
/// <para>The variance is taken in two passes, Σ(x − μ)² after μ: the second pass reads x from a cache, and nothing cancels where |μ| ≫ σ, as it does in
/// E[x²] − μ². Welford's update would divide in every step of a chain that no lane could leave.</para>
/// <para>A batch of one sample has σ² = 0, so y = f(β) and dx = 0, and an unbiased variance does not exist: the running mean moves, the running variance stays.</para>
/// <para>Sums are taken in the order of <see cref="Strands"/>: a group sums 16 columns.</para>
/// </remarks>
public sealed partial class BatchNorm : IBatchNorm
{
    /// <summary>The formulas, for one element or a vector of columns.</summary>
    internal static class Formula
    {
        public static T InverseDeviation<T>(T variance, float epsilon) where T : struct, IReal<T> => T.Of(1f) / T.Sqrt(variance + T.Of(epsilon));

        public static T Normalized<T>(T x, T mean, T inverse) where T : struct, IReal<T> => (x - mean) * inverse;

        public static T Output<T>(T normalized, T gamma, T beta, Activation activation) where T : struct, IReal<T> =>
            activation.Forward(Scaled(normalized, gamma, beta));

        public static T Scaled<T>(T normalized, T gamma, T beta) where T : struct, IReal<T> => gamma * normalized + beta;

        public static T Running<T>(T running, T batch, float momentum) where T : struct, IReal<T> => T.Of(1f - momentum) * running + T.Of(momentum) * batch;

        public static T InputGradient<T>(T g, T normalized, T scale, T meanG, T meanProduct) where T : struct, IReal<T> =>
            scale * (g - meanG - normalized * meanProduct);
    }

    internal struct ForwardArguments
    {
        public ArrayView<float> X, Gamma, Beta, RunningMean, RunningVariance, Y, Mean, InverseDeviation;
        public int Rows, Columns, XStride, YStride;
        public float Epsilon, Momentum;

        /// <summary>The momentum of the running variance: 0 for a batch of one.</summary>
        public float VarianceMomentum;

        /// <summary>M/(M − 1), or 1 for a batch of one.</summary>
        public float Unbias;

        public Activation Activation;
    }

    internal struct BackwardArguments
    {
        public ArrayView<float> X, Y, DY, Gamma, Mean, InverseDeviation, DX, DGamma, DBeta;
        public int Rows, Columns, XStride, YStride, DYStride, DXStride;
        public int Accumulate;
        public Activation Activation;
    }

    private static void ForwardKernel<TBatch>(ForwardArguments a) where TBatch : struct, IStrandBatch<TBatch, float>
    {
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int column = Grid.IdxX * Strands.Columns + (lane & (Strands.Columns - 1));
        int firstRow = lane / Strands.Columns;
        // A lane beyond the last column reads that one and does nothing with it.
        int read = Math.Min(column, a.Columns - 1);
        EarlierLaunches.Await(read + firstRow * a.XStride ^ a.Rows);
        var gamma = new Real1(a.Gamma[read]);
        var beta = new Real1(a.Beta[read]);
        var runningMean = new Real1(a.RunningMean[read]);
        var runningVariance = new Real1(a.RunningVariance[read]);
        var rows = new Strand<ColumnReader, float, TBatch>(new ColumnReader(a.X, read, a.XStride), firstRow, a.Rows, Strands.Count);
        var start = rows.Start();
        var sum = new StrandSum();
        rows.Walk(ref sum, start);
        var mean = new Real1(Strands.ColumnTotal(shared, sum.Value, lane) / a.Rows);
        var squares = new StrandSquares(mean.Value);
        rows.Walk(ref squares, start);
        var variance = new Real1(Strands.ColumnTotal(shared, squares.Value, lane) / a.Rows);
        if (column >= a.Columns)
            return;
        var inverse = Formula.InverseDeviation(variance, a.Epsilon);
        if (firstRow == 0)
        {
            a.Mean[column] = mean.Value;
            a.InverseDeviation[column] = inverse.Value;
            a.RunningMean[column] = Formula.Running(runningMean, mean, a.Momentum).Value;
            a.RunningVariance[column] = Formula.Running(runningVariance, variance * new Real1(a.Unbias), a.VarianceMomentum).Value;
        }
        var outputs = new Outputs(a, column, mean, inverse, gamma, beta);
        rows.Walk(ref outputs, start);
        // Sixteen exponentials would be a long program: what saturates has a loop of its own, over what this lane wrote.
        for (int row = firstRow; a.Activation.Saturates && row < a.Rows; row += Strands.Count)
            a.Y[row * a.YStride + column] = a.Activation.Forward(new Real1(a.Y[row * a.YStride + column])).Value;
    }

    /// <summary>Writes y of every x, where f saturates without f.</summary>
    private readonly struct Outputs(ForwardArguments a, int column, Real1 mean, Real1 inverse, Real1 gamma, Real1 beta) : IStrandTaker<float>
    {
        private readonly ArrayView<float> _y = a.Y;
        private readonly int _stride = a.YStride, _column = column;
        private readonly Activation _activation = a.Activation;
        private readonly Real1 _mean = mean, _inverse = inverse, _gamma = gamma, _beta = beta;

        public void Take(float read, int place, bool inside)
        {
            if (inside)
                _y[place * _stride + _column] = _activation.Rectify(Formula.Scaled(Formula.Normalized(new Real1(read), _mean, _inverse), _gamma, _beta)).Value;
        }
    }

    private static void InferKernel(Index1D i, ForwardArguments a)
    {
        EarlierLaunches.Await();
        int row = i / a.Columns;
        int column = i % a.Columns;
        var inverse = Formula.InverseDeviation(new Real1(a.RunningVariance[column]), a.Epsilon);
        var normalized = Formula.Normalized(new Real1(a.X[row * a.XStride + column]), new Real1(a.RunningMean[column]), inverse);
        a.Y[row * a.YStride + column] = Formula.Output(normalized, new Real1(a.Gamma[column]), new Real1(a.Beta[column]), a.Activation).Value;
    }

    private static void BackwardKernel<TBatch>(BackwardArguments a) where TBatch : struct, IStrandBatch<TBatch, Saved>
    {
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        int column = Grid.IdxX * Strands.Columns + (lane & (Strands.Columns - 1));
        int firstRow = lane / Strands.Columns;
        // A lane beyond the last column reads that one and does nothing with it.
        int read = Math.Min(column, a.Columns - 1);
        EarlierLaunches.Await(read + firstRow * a.XStride ^ a.Rows);
        var formula = new Gradient(a.Activation, new Real1(a.Mean[read]), new Real1(a.InverseDeviation[read]));
        var gamma = new Real1(a.Gamma[read]);
        float betaBefore = a.Accumulate != 0 ? a.DBeta[read] : 0f, gammaBefore = a.Accumulate != 0 ? a.DGamma[read] : 0f;
        var rows = new Strand<SavedReader, Saved, TBatch>(new SavedReader(a, read), firstRow, a.Rows, Strands.Count);
        var start = rows.Start();
        var strands = new ParameterGradients(formula);
        rows.Walk(ref strands, start);
        var sums = Strands.ColumnTotals(shared, strands.Value, lane);
        if (column >= a.Columns)
            return;
        if (firstRow == 0)
        {
            a.DBeta[column] = betaBefore + sums.A;
            a.DGamma[column] = gammaBefore + sums.B;
        }
        var inputs = new InputGradients(a, column, formula, gamma, new Real1(sums.A / a.Rows), new Real1(sums.B / a.Rows));
        rows.Walk(ref inputs, start);
    }

    /// <summary>What backward needs of one element.</summary>
    internal struct Saved
    {
        public float X, Y, DY;
    }

    private readonly struct SavedReader(BackwardArguments a, int column) : IStrandReader<Saved>
    {
        private readonly BackwardArguments _a = a;
        private readonly int _column = column;

        public Saved Read(int place) => new()
        {
            X = _a.X[place * _a.XStride + _column], Y = _a.Y[place * _a.YStride + _column], DY = _a.DY[place * _a.DYStride + _column],
        };
    }

    /// <summary>g and x̂ of one element.</summary>
    internal readonly struct Gradient(Activation activation, Real1 mean, Real1 inverse)
    {
        private readonly Activation _activation = activation;
        private readonly Real1 _mean = mean;

        public readonly Real1 Inverse = inverse;

        public Real1 Behind(Saved read) => _activation.Backward(new Real1(read.Y), new Real1(read.DY));

        public Real1 Normalized(Saved read) => Formula.Normalized(new Real1(read.X), _mean, Inverse);
    }

    /// <summary>Adds g and g·x̂.</summary>
    internal struct ParameterGradients(Gradient formula) : IStrandTaker<Saved>
    {
        private readonly Gradient _formula = formula;
        private float _g, _product;

        public readonly Pair Value => new(_g, _product);

        public void Take(Saved read, int place, bool inside)
        {
            float g = inside ? _formula.Behind(read).Value : 0f;
            _g += g;
            _product += inside ? g * _formula.Normalized(read).Value : 0f;
        }
    }

    /// <summary>Writes dx.</summary>
    private readonly struct InputGradients(BackwardArguments a, int column, Gradient formula, Real1 gamma, Real1 meanG, Real1 meanProduct) : IStrandTaker<Saved>
    {
        private readonly ArrayView<float> _dx = a.DX;
        private readonly int _stride = a.DXStride, _column = column;
        private readonly Gradient _formula = formula;
        private readonly Real1 _scale = gamma * formula.Inverse, _meanG = meanG, _meanProduct = meanProduct;

        public void Take(Saved read, int place, bool inside)
        {
            if (inside)
                _dx[place * _stride + _column] = Formula.InputGradient(_formula.Behind(read), _formula.Normalized(read), _scale, _meanG, _meanProduct).Value;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ForwardArguments>? _forward;
    private readonly Action<AcceleratorStream, Index1D, ForwardArguments>? _infer;
    private readonly Action<AcceleratorStream, KernelConfig, BackwardArguments>? _backward;

    // For many rows: compiled when there first are.
    private Action<AcceleratorStream, KernelConfig, ForwardArguments>? _forwardLong;
    private Action<AcceleratorStream, KernelConfig, BackwardArguments>? _backwardLong;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public BatchNorm(ComputeDevice device)
    {
        _device = device;
        if (device.Team is not null)
            return;
        _forward = device.Load(on => on.LoadKernel<ForwardArguments>(ForwardKernel<Eight<float>>));
        _infer = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ForwardArguments>(InferKernel, ElementLanes.AGroup));
        _backward = device.Load(on => on.LoadKernel<BackwardArguments>(BackwardKernel<Eight<Saved>>));
    }

    /// <summary>Compiles every kernel now, for who wants to look at them.</summary>
    internal void LoadAll()
    {
        if (_device.Team is not null)
            return;
        ForwardLong();
        BackwardLong();
    }

    /// <summary>Whether a lane has more rows than eight. It then reads 32 at once and waits once for 512 rows, in backward too, where it keeps x, y and dy of each.</summary>
    private static bool IsLong(int rows) => rows > Eight<float>.Places * Strands.Count;

    private Action<AcceleratorStream, KernelConfig, ForwardArguments> ForwardLong() =>
        _forwardLong ??= _device.Load(on => on.LoadKernel<ForwardArguments>(ForwardKernel<Twice<Twice<Eight<float>, float>, float>>));

    private Action<AcceleratorStream, KernelConfig, BackwardArguments> BackwardLong() =>
        _backwardLong ??= _device.Load(on => on.LoadKernel<BackwardArguments>(BackwardKernel<Twice<Twice<Eight<Saved>, Saved>, Saved>>));

    /// <summary>Training: y = f(γ·x̂ + β) with the statistics of this batch. Overwrites y, mean and inverseDeviation, moves the running estimates.</summary>
    /// <param name="x">[M, N].</param>
    /// <param name="gamma">[N].</param>
    /// <param name="beta">[N].</param>
    /// <param name="runningMean">[N], zeros at the start.</param>
    /// <param name="runningVariance">[N], ones at the start.</param>
    /// <param name="y">[M, N]; may be x where no backward follows.</param>
    /// <param name="mean">[N], for backward.</param>
    /// <param name="inverseDeviation">[N], for backward.</param>
    /// <param name="options">ε and the momentum.</param>
    /// <param name="activation">f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an option is outside of its range.</exception>
    public void Forward(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, ArrayView<float> mean, ArrayView<float> inverseDeviation, BatchNormOptions options, Activation activation)
    {
        var a = ForwardOf(x, gamma, beta, runningMean, runningVariance, y, options, activation);
        FitsColumns(x, mean, nameof(mean));
        FitsColumns(x, inverseDeviation, nameof(inverseDeviation));
        a.Mean = mean;
        a.InverseDeviation = inverseDeviation;
        using var launch = _device.Profiler?.Begin("BatchNorm.Forward", $"{x}", 8 * x.Elements, sizeof(float) * (2 * x.Elements + 8L * x.Columns));
        if (_forward is null)
            ForwardWide(a);
        else
            (IsLong(x.Rows) ? ForwardLong() : _forward)(_device.Stream, GroupsFor(x.Columns), a);
    }

    /// <summary>Sampling: y = f(γ·x̂ + β) with the running estimates, which stay as they are. Overwrites y.</summary>
    /// <param name="x">[M, N].</param>
    /// <param name="gamma">[N].</param>
    /// <param name="beta">[N].</param>
    /// <param name="runningMean">[N].</param>
    /// <param name="runningVariance">[N].</param>
    /// <param name="y">[M, N]; may be x.</param>
    /// <param name="options">ε; the momentum plays no part.</param>
    /// <param name="activation">f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an option is outside of its range.</exception>
    public void Infer(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, BatchNormOptions options, Activation activation)
    {
        var a = ForwardOf(x, gamma, beta, runningMean, runningVariance, y, options, activation);
        // Not used, but a kernel's view must not be empty.
        a.Mean = runningMean;
        a.InverseDeviation = runningVariance;
        using var launch = _device.Profiler?.Begin("BatchNorm.Infer", $"{x}", 4 * x.Elements, sizeof(float) * (2 * x.Elements + 4L * x.Columns));
        if (_infer is null)
            InferWide(a);
        else
            _infer(_device.Stream, x.Rows * x.Columns, a);
    }

    /// <summary>The gradients of <see cref="Forward"/>, through f too. Overwrites dx; overwrites dγ and dβ or adds to them.</summary>
    /// <param name="x">[M, N], Forward's input.</param>
    /// <param name="y">[M, N], its output.</param>
    /// <param name="dy">[M, N], the gradient with respect to y, behind f.</param>
    /// <param name="gamma">[N], as Forward had it.</param>
    /// <param name="mean">[N], as Forward left it.</param>
    /// <param name="inverseDeviation">[N], as Forward left it.</param>
    /// <param name="dx">[M, N]; may be dy.</param>
    /// <param name="dGamma">[N].</param>
    /// <param name="dBeta">[N].</param>
    /// <param name="activation">f.</param>
    /// <param name="accumulate">Whether to add to dγ and dβ instead of overwriting them.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(
        Matrix x, Matrix y, Matrix dy, ArrayView<float> gamma, ArrayView<float> mean, ArrayView<float> inverseDeviation,
        Matrix dx, ArrayView<float> dGamma, ArrayView<float> dBeta, Activation activation, bool accumulate)
    {
        FitsShape(x, y);
        FitsShape(x, dy);
        FitsShape(x, dx);
        FitsColumns(x, gamma, nameof(gamma));
        FitsColumns(x, mean, nameof(mean));
        FitsColumns(x, inverseDeviation, nameof(inverseDeviation));
        FitsColumns(x, dGamma, nameof(dGamma));
        FitsColumns(x, dBeta, nameof(dBeta));
        var a = new BackwardArguments
        {
            X = x.Data, Y = y.Data, DY = dy.Data, Gamma = gamma, Mean = mean, InverseDeviation = inverseDeviation, DX = dx.Data, DGamma = dGamma, DBeta = dBeta,
            Rows = x.Rows, Columns = x.Columns, XStride = x.Stride, YStride = y.Stride, DYStride = dy.Stride, DXStride = dx.Stride,
            Accumulate = accumulate ? 1 : 0, Activation = activation,
        };
        using var launch = _device.Profiler?.Begin("BatchNorm.Backward", $"{x}", 11 * x.Elements, sizeof(float) * (4 * x.Elements + 5L * x.Columns));
        if (_backward is null)
            BackwardWide(a);
        else
            (IsLong(x.Rows) ? BackwardLong() : _backward)(_device.Stream, GroupsFor(x.Columns), a);
    }

    private static ForwardArguments ForwardOf(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, BatchNormOptions options, Activation activation)
    {
        FitsShape(x, y);
        FitsColumns(x, gamma, nameof(gamma));
        FitsColumns(x, beta, nameof(beta));
        FitsColumns(x, runningMean, nameof(runningMean));
        FitsColumns(x, runningVariance, nameof(runningVariance));
        options.Check();
        bool single = x.Rows == 1;
        return new ForwardArguments
        {
            X = x.Data, Gamma = gamma, Beta = beta, RunningMean = runningMean, RunningVariance = runningVariance, Y = y.Data,
            Rows = x.Rows, Columns = x.Columns, XStride = x.Stride, YStride = y.Stride,
            Epsilon = options.Epsilon, Momentum = options.Momentum, VarianceMomentum = single ? 0 : options.Momentum,
            Unbias = single ? 1 : (float)(x.Rows / (x.Rows - 1.0)), Activation = activation,
        };
    }

    private static KernelConfig GroupsFor(int columns) => new((columns - 1) / Strands.Columns + 1, Strands.Lanes);

    private static void FitsShape(Matrix x, Matrix other)
    {
        if (x.Rows != other.Rows || x.Columns != other.Columns)
            throw new ArgumentException($"A batch normalisation of {x} has no {other} operand.");
    }

    private static void FitsColumns(Matrix x, ArrayView<float> vector, string name)
    {
        if (vector.Length != x.Columns)
            throw new ArgumentException($"{vector.Length} elements do not fit the columns of {x}.", name);
    }
}
