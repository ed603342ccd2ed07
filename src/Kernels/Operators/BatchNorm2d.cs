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
        public int Accumulate;
        public Activation Activation;
    }

    private static void ForwardKernel(ForwardArguments a)
    {
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int channel = Grid.IdxX;
        int first = channel * a.Pixels;
        int count = a.Images * a.Pixels;
        float strand = 0;
        for (int e = lane; e < count; e += Strands.Lanes)
            strand += a.X[e / a.Pixels * a.XStride + first + e % a.Pixels];
        var mean = new Real1(Strands.GroupTotal(shared, strand, lane) / count);
        strand = 0;
        for (int e = lane; e < count; e += Strands.Lanes)
        {
            float d = a.X[e / a.Pixels * a.XStride + first + e % a.Pixels] - mean.Value;
            strand += d * d;
        }
        var variance = new Real1(Strands.GroupTotal(shared, strand, lane) / count);
        var inverse = Formula.InverseDeviation(variance, a.Epsilon);
        if (lane == 0)
            StoreStatistics(a, channel, mean, variance, inverse);
        var gamma = new Real1(a.Gamma[channel]);
        var beta = new Real1(a.Beta[channel]);
        for (int e = lane; e < count; e += Strands.Lanes)
        {
            int image = e / a.Pixels;
            int place = first + e % a.Pixels;
            var normalized = Formula.Normalized(new Real1(a.X[image * a.XStride + place]), mean, inverse);
            a.Y[image * a.YStride + place] = Formula.Output(normalized, gamma, beta, a.Activation).Value;
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
        int columns = a.Channels * a.Pixels;
        int row = i / columns;
        int column = i % columns;
        int channel = column / a.Pixels;
        var inverse = Formula.InverseDeviation(new Real1(a.RunningVariance[channel]), a.Epsilon);
        var normalized = Formula.Normalized(new Real1(a.X[row * a.XStride + column]), new Real1(a.RunningMean[channel]), inverse);
        a.Y[row * a.YStride + column] = Formula.Output(normalized, new Real1(a.Gamma[channel]), new Real1(a.Beta[channel]), a.Activation).Value;
    }

    private static void BackwardKernel(BackwardArguments a)
    {
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int channel = Grid.IdxX;
        int first = channel * a.Pixels;
        int count = a.Images * a.Pixels;
        var mean = new Real1(a.Mean[channel]);
        var inverse = new Real1(a.InverseDeviation[channel]);
        float strandG = 0, strandProduct = 0;
        for (int e = lane; e < count; e += Strands.Lanes)
        {
            int image = e / a.Pixels;
            int place = first + e % a.Pixels;
            var g = a.Activation.Backward(new Real1(a.Y[image * a.YStride + place]), new Real1(a.DY[image * a.DYStride + place]));
            strandG += g.Value;
            strandProduct += g.Value * Formula.Normalized(new Real1(a.X[image * a.XStride + place]), mean, inverse).Value;
        }
        float sumG = Strands.GroupTotal(shared, strandG, lane);
        float sumProduct = Strands.GroupTotal(shared, strandProduct, lane);
        if (lane == 0)
        {
            a.DBeta[channel] = a.Accumulate != 0 ? a.DBeta[channel] + sumG : sumG;
            a.DGamma[channel] = a.Accumulate != 0 ? a.DGamma[channel] + sumProduct : sumProduct;
        }
        var scale = new Real1(a.Gamma[channel]) * inverse;
        var meanG = new Real1(sumG / count);
        var meanProduct = new Real1(sumProduct / count);
        for (int e = lane; e < count; e += Strands.Lanes)
        {
            int image = e / a.Pixels;
            int place = first + e % a.Pixels;
            var g = a.Activation.Backward(new Real1(a.Y[image * a.YStride + place]), new Real1(a.DY[image * a.DYStride + place]));
            var normalized = Formula.Normalized(new Real1(a.X[image * a.XStride + place]), mean, inverse);
            a.DX[image * a.DXStride + place] = Formula.InputGradient(g, normalized, scale, meanG, meanProduct).Value;
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
        _forward = device.Accelerator.LoadKernel<ForwardArguments>(ForwardKernel);
        _infer = device.Accelerator.LoadAutoGroupedKernel<Index1D, ForwardArguments>(InferKernel);
        _backward = device.Accelerator.LoadKernel<BackwardArguments>(BackwardKernel);
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
            Images = x.Rows, Channels = gamma.IntLength, Pixels = x.Columns / gamma.IntLength,
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
            Images = x.Rows, Channels = gamma.IntLength, Pixels = pixels, XStride = x.Stride, YStride = y.Stride,
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
