using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;
using Formula = GpuCgan.Kernels.Operators.BatchNorm.Formula;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// <see cref="BatchNorm"/> of images x [N, C·P] by channel (Ioffe and Szegedy 2015, section 3.2): the statistics of a channel run over the M = N·P pixels of the
/// batch, with an activation f fused behind it:
/// <list type="bullet">
/// <item><see cref="Forward"/>: y = f(γ·x̂ + β) with x̂ = (x − μ)/√(σ² + ε); overwrites y, μ and 1/√(σ² + ε), and moves the running estimates, the variance unbiased,
/// σ²·M/(M − 1);</item>
/// <item><see cref="Infer"/>: the same with the running estimates; overwrites y;</item>
/// <item><see cref="Backward"/>: with g = dy·f′, dβ = Σ g, dγ = Σ g·x̂, dx = γ/√(σ² + ε)·(g − dβ/M − x̂·dγ/M); overwrites dx, and dβ and dγ or adds to them, as
/// asked.</item>
/// </list>
/// Backward needs x, y, γ, μ and 1/√(σ² + ε) as Forward left them.
/// </summary>
/// <remarks>
/// The variance is taken in two passes, as there. Sums are taken in the order of <see cref="ChannelLanes"/>: a group sums a channel. With one pixel in the whole batch
/// σ² = 0 and the running variance stays.
/// </remarks>
public sealed partial class BatchNorm2d : IBatchNorm
{
    internal struct ForwardArguments
    {
        public ArrayView<float> X, Gamma, Beta, RunningMean, RunningVariance, Y, Mean, InverseDeviation;
        public int Images, Channels, Pixels, XStride, YStride;
        public Divisor ByPixels;
        public float Epsilon, Momentum;

        /// <summary>The momentum of the running variance: 0 where the batch has one pixel.</summary>
        public float VarianceMomentum;

        /// <summary>M/(M − 1), or 1 for M = 1.</summary>
        public float Unbias;

        public Activation Activation;
    }

    internal struct BackwardArguments
    {
        public ArrayView<float> X, Y, DY, Gamma, Mean, InverseDeviation, DX, DGamma, DBeta;
        public int Images, Channels, Pixels, XStride, YStride, DYStride, DXStride;
        public Divisor ByPixels;
        public int Accumulate;
        public Activation Activation;
    }

    private static void ForwardKernel(ForwardArguments a)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int channel = Grid.IdxX;
        int count = a.Images * a.Pixels;
        var gamma = new Real1(a.Gamma[channel]);
        var beta = new Real1(a.Beta[channel]);
        var places = new ChannelPlaces(channel, a.Pixels, a.ByPixels);
        var elements = new Strand<ChannelReader, float, Eight<float>>(new ChannelReader(a.X, places, a.XStride), lane, count, Strands.Lanes);
        var start = elements.Start();
        var sum = new StrandSum();
        elements.Walk(ref sum, start);
        var mean = new Real1(Strands.GroupTotal(shared, sum.Value, lane) / count);
        var squares = new StrandSquares(mean.Value);
        elements.Walk(ref squares, start);
        var variance = new Real1(Strands.GroupTotal(shared, squares.Value, lane) / count);
        var inverse = Formula.InverseDeviation(variance, a.Epsilon);
        if (lane == 0)
            StoreStatistics(a, channel, mean, variance, inverse);
        var outputs = new Outputs(a, places, mean, inverse, gamma, beta);
        elements.Walk(ref outputs, start);
        // As in BatchNorm: what saturates has a loop of its own, over what this lane wrote.
        for (int e = lane; a.Activation.Saturates && e < count; e += Strands.Lanes)
        {
            int place = places.Place(e, a.YStride);
            a.Y[place] = a.Activation.Forward(new Real1(a.Y[place])).Value;
        }
    }

    /// <summary>Writes y of every x, where f saturates without f.</summary>
    private readonly struct Outputs(ForwardArguments a, ChannelPlaces channel, Real1 mean, Real1 inverse, Real1 gamma, Real1 beta) : IStrandTaker<float>
    {
        private readonly ArrayView<float> _y = a.Y;
        private readonly int _stride = a.YStride;
        private readonly ChannelPlaces _channel = channel;
        private readonly Activation _activation = a.Activation;
        private readonly Real1 _mean = mean, _inverse = inverse, _gamma = gamma, _beta = beta;

        public void Take(float read, int place, bool inside)
        {
            if (inside)
                _y[_channel.Place(place, _stride)] = _activation.Rectify(Formula.Scaled(Formula.Normalized(new Real1(read), _mean, _inverse), _gamma, _beta)).Value;
        }
    }

    /// <summary>What a kernel and a wide twin both leave of a batch's statistics.</summary>
    private static void StoreStatistics(ForwardArguments a, int channel, Real1 mean, Real1 variance, Real1 inverse)
    {
        a.Mean[channel] = mean.Value;
        a.InverseDeviation[channel] = inverse.Value;
        a.RunningMean[channel] = Formula.Running(new Real1(a.RunningMean[channel]), mean, a.Momentum).Value;
        a.RunningVariance[channel] = Formula.Running(new Real1(a.RunningVariance[channel]), variance * new Real1(a.Unbias), a.VarianceMomentum).Value;
    }

    private static void InferKernel(Index1D i, ForwardArguments a)
    {
        EarlierLaunches.Await();
        int columns = a.Channels * a.Pixels;
        int row = i / columns;
        int column = i % columns;
        int channel = a.ByPixels.Divide(column);
        var inverse = Formula.InverseDeviation(new Real1(a.RunningVariance[channel]), a.Epsilon);
        var normalized = Formula.Normalized(new Real1(a.X[row * a.XStride + column]), new Real1(a.RunningMean[channel]), inverse);
        a.Y[row * a.YStride + column] = Formula.Output(normalized, new Real1(a.Gamma[channel]), new Real1(a.Beta[channel]), a.Activation).Value;
    }

    private static void BackwardKernel(BackwardArguments a)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        int channel = Grid.IdxX;
        int count = a.Images * a.Pixels;
        var formula = new BatchNorm.Gradient(a.Activation, new Real1(a.Mean[channel]), new Real1(a.InverseDeviation[channel]));
        var gamma = new Real1(a.Gamma[channel]);
        float betaBefore = a.Accumulate != 0 ? a.DBeta[channel] : 0f, gammaBefore = a.Accumulate != 0 ? a.DGamma[channel] : 0f;
        var places = new ChannelPlaces(channel, a.Pixels, a.ByPixels);
        var elements = new Strand<SavedReader, BatchNorm.Saved, Eight<BatchNorm.Saved>>(new SavedReader(a, places), lane, count, Strands.Lanes);
        var start = elements.Start();
        var strands = new BatchNorm.ParameterGradients(formula);
        elements.Walk(ref strands, start);
        var sums = Strands.GroupTotals(shared, strands.Value, lane);
        if (lane == 0)
        {
            a.DBeta[channel] = betaBefore + sums.A;
            a.DGamma[channel] = gammaBefore + sums.B;
        }
        var inputs = new InputGradients(a, places, formula, gamma, new Real1(sums.A / count), new Real1(sums.B / count));
        elements.Walk(ref inputs, start);
    }

    private readonly struct SavedReader(BackwardArguments a, ChannelPlaces channel) : IStrandReader<BatchNorm.Saved>
    {
        private readonly BackwardArguments _a = a;
        private readonly ChannelPlaces _channel = channel;

        public BatchNorm.Saved Read(int place) => new()
        {
            X = _a.X[_channel.Place(place, _a.XStride)], Y = _a.Y[_channel.Place(place, _a.YStride)], DY = _a.DY[_channel.Place(place, _a.DYStride)],
        };
    }

    /// <summary>Writes dx.</summary>
    private readonly struct InputGradients(BackwardArguments a, ChannelPlaces channel, BatchNorm.Gradient formula, Real1 gamma, Real1 meanG, Real1 meanProduct)
        : IStrandTaker<BatchNorm.Saved>
    {
        private readonly ArrayView<float> _dx = a.DX;
        private readonly int _stride = a.DXStride;
        private readonly ChannelPlaces _channel = channel;
        private readonly BatchNorm.Gradient _formula = formula;
        private readonly Real1 _scale = gamma * formula.Inverse, _meanG = meanG, _meanProduct = meanProduct;

        public void Take(BatchNorm.Saved read, int place, bool inside)
        {
            if (inside)
                _dx[_channel.Place(place, _stride)] = Formula.InputGradient(_formula.Behind(read), _formula.Normalized(read), _scale, _meanG, _meanProduct).Value;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ForwardArguments>? _forward;
    private readonly Action<AcceleratorStream, Index1D, ForwardArguments>? _infer;
    private readonly Action<AcceleratorStream, KernelConfig, BackwardArguments>? _backward;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public BatchNorm2d(ComputeDevice device)
    {
        _device = device;
        if (device.Team is not null)
            return;
        _forward = device.Load(on => on.LoadKernel<ForwardArguments>(ForwardKernel));
        _infer = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ForwardArguments>(InferKernel, ElementLanes.AGroup));
        _backward = device.Load(on => on.LoadKernel<BackwardArguments>(BackwardKernel));
    }

    /// <summary>Training: y = f(γ·x̂ + β) with the statistics of this batch. Overwrites y, mean and inverseDeviation, moves the running estimates.</summary>
    /// <param name="x">[N, C·P].</param>
    /// <param name="gamma">[C]; its length says how many channels x has.</param>
    /// <param name="beta">[C].</param>
    /// <param name="runningMean">[C], zeros at the start.</param>
    /// <param name="runningVariance">[C], ones at the start.</param>
    /// <param name="y">[N, C·P]; may be x where no backward follows.</param>
    /// <param name="mean">[C], for backward.</param>
    /// <param name="inverseDeviation">[C], for backward.</param>
    /// <param name="options">ε and the momentum.</param>
    /// <param name="activation">f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or an option is outside of its range.</exception>
    public void Forward(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, ArrayView<float> mean, ArrayView<float> inverseDeviation, BatchNormOptions options, Activation activation)
    {
        var a = ForwardOf(x, gamma, beta, runningMean, runningVariance, y, options, activation);
        FitsChannels(gamma, mean, nameof(mean));
        FitsChannels(gamma, inverseDeviation, nameof(inverseDeviation));
        a.Mean = mean;
        a.InverseDeviation = inverseDeviation;
        using var launch = _device.Profiler?.Begin("BatchNorm2d.Forward", ShapeOf(x, gamma), 8 * x.Elements, sizeof(float) * (2 * x.Elements + 8 * gamma.Length));
        if (_forward is null)
            ForwardWide(a);
        else
            _forward(_device.Stream, new KernelConfig(a.Channels, Strands.Lanes), a);
    }

    /// <summary>Sampling: y = f(γ·x̂ + β) with the running estimates, which stay as they are. Overwrites y.</summary>
    /// <param name="x">[N, C·P].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="runningMean">[C].</param>
    /// <param name="runningVariance">[C].</param>
    /// <param name="y">[N, C·P]; may be x.</param>
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
        using var launch = _device.Profiler?.Begin("BatchNorm2d.Infer", ShapeOf(x, gamma), 4 * x.Elements, sizeof(float) * (2 * x.Elements + 4 * gamma.Length));
        if (_infer is null)
            InferWide(a);
        else
            _infer(_device.Stream, x.Rows * x.Columns, a);
    }

    /// <summary>The gradients of <see cref="Forward"/>, through f too. Overwrites dx; overwrites dγ and dβ or adds to them.</summary>
    /// <param name="x">[N, C·P], Forward's input.</param>
    /// <param name="y">[N, C·P], its output.</param>
    /// <param name="dy">[N, C·P], the gradient with respect to y, behind f.</param>
    /// <param name="gamma">[C], as Forward had it.</param>
    /// <param name="mean">[C], as Forward left it.</param>
    /// <param name="inverseDeviation">[C], as Forward left it.</param>
    /// <param name="dx">[N, C·P]; may be dy.</param>
    /// <param name="dGamma">[C].</param>
    /// <param name="dBeta">[C].</param>
    /// <param name="activation">f.</param>
    /// <param name="accumulate">Whether to add to dγ and dβ instead of overwriting them.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(
        Matrix x, Matrix y, Matrix dy, ArrayView<float> gamma, ArrayView<float> mean, ArrayView<float> inverseDeviation,
        Matrix dx, ArrayView<float> dGamma, ArrayView<float> dBeta, Activation activation, bool accumulate)
    {
        FitsShape(x, gamma, y);
        FitsShape(x, gamma, dy);
        FitsShape(x, gamma, dx);
        FitsChannels(gamma, mean, nameof(mean));
        FitsChannels(gamma, inverseDeviation, nameof(inverseDeviation));
        FitsChannels(gamma, dGamma, nameof(dGamma));
        FitsChannels(gamma, dBeta, nameof(dBeta));
        var a = new BackwardArguments
        {
            X = x.Data, Y = y.Data, DY = dy.Data, Gamma = gamma, Mean = mean, InverseDeviation = inverseDeviation, DX = dx.Data, DGamma = dGamma, DBeta = dBeta,
            Images = x.Rows, Channels = gamma.IntLength, Pixels = x.Columns / gamma.IntLength, ByPixels = new(x.Columns / gamma.IntLength),
            XStride = x.Stride, YStride = y.Stride, DYStride = dy.Stride, DXStride = dx.Stride, Accumulate = accumulate ? 1 : 0, Activation = activation,
        };
        using var launch = _device.Profiler?.Begin("BatchNorm2d.Backward", ShapeOf(x, gamma), 11 * x.Elements, sizeof(float) * (4 * x.Elements + 5 * gamma.Length));
        if (_backward is null)
            BackwardWide(a);
        else
            _backward(_device.Stream, new KernelConfig(a.Channels, Strands.Lanes), a);
    }

    private static string ShapeOf(Matrix x, ArrayView<float> gamma) => $"{x.Rows}×{gamma.Length}×{x.Columns / gamma.Length}";

    private static ForwardArguments ForwardOf(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, BatchNormOptions options, Activation activation)
    {
        FitsShape(x, gamma, y);
        FitsChannels(gamma, beta, nameof(beta));
        FitsChannels(gamma, runningMean, nameof(runningMean));
        FitsChannels(gamma, runningVariance, nameof(runningVariance));
        options.Check();
        int pixels = x.Columns / gamma.IntLength;
        long count = (long)x.Rows * pixels;
        return new ForwardArguments
        {
            X = x.Data, Gamma = gamma, Beta = beta, RunningMean = runningMean, RunningVariance = runningVariance, Y = y.Data,
            Images = x.Rows, Channels = gamma.IntLength, Pixels = pixels, ByPixels = new(pixels), XStride = x.Stride, YStride = y.Stride,
            Epsilon = options.Epsilon, Momentum = options.Momentum, VarianceMomentum = count == 1 ? 0 : options.Momentum,
            Unbias = count == 1 ? 1 : (float)(count / (count - 1.0)), Activation = activation,
        };
    }

    private static void FitsShape(Matrix x, ArrayView<float> gamma, Matrix other)
    {
        if (gamma.Length == 0 || x.Columns % gamma.Length != 0 || x.Rows != other.Rows || x.Columns != other.Columns)
            throw new ArgumentException($"A batch normalisation of {x} by {gamma.Length} channels has no {other} operand.");
    }

    private static void FitsChannels(ArrayView<float> gamma, ArrayView<float> vector, string name)
    {
        if (vector.Length != gamma.Length)
            throw new ArgumentException($"{vector.Length} elements do not fit {gamma.Length} channels.", name);
    }
}
