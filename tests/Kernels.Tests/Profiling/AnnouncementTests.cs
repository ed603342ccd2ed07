using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Profiling;
using ILGPU;

namespace GpuCgan.Kernels.Tests.Profiling;

/// <summary>What each operator says of a launch, counted here by hand for M = 6 and N = 5.</summary>
public sealed class AnnouncementTests : IDisposable
{
    private const int M = 6, N = 5, E = M * N;

    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 2, profiling: true);
    private readonly List<IDisposable> _memory = [];
    private readonly ArrayView<StepState> _clock;

    public AnnouncementTests()
    {
        var clock = new StepClock(_device, 1);
        _memory.Add(clock);
        _clock = clock.View;
    }

    public void Dispose()
    {
        foreach (var memory in _memory)
            memory.Dispose();
        _device.Dispose();
    }

    private ArrayView<T> View<T>(int length) where T : unmanaged
    {
        var array = _device.Allocate<T>(length);
        _memory.Add(array);
        return array.View;
    }

    private Matrix New(int rows = M, int columns = N) => new(View<float>(rows * columns), rows, columns);

    private void Says(string kernel, string shape, long flops, long bytes, Action launch)
    {
        var step = new LaunchRecorder(_device).Record(launch);
        var said = Assert.Single(step.Launches);
        Assert.Equal((kernel, shape, flops, bytes), (said.Kernel, said.Shape, said.Flops, said.Bytes));
        Assert.Equal(0, step.Unannounced);
    }

    /// <summary>An operator of several launches announces each of them.</summary>
    private void Tell(string[] kernels, Action launch)
    {
        var step = new LaunchRecorder(_device).Record(launch);
        Assert.Equal(kernels, step.Launches.Select(l => l.Kernel));
        Assert.Equal(0, step.Unannounced);
    }

    [Fact]
    public void Products()
    {
        var gemm = new Gemm(_device);
        Matrix x = New(M, 4), w = New(4, N), y = New();
        const long operands = 4 * (M * 4 + 4 * N + E);
        Says("Gemm.Forward", "6×5×4", 2 * E * 4, operands, () => gemm.Forward(x, w, default, y, Activation.Identity));
        Says("Gemm.Forward", "6×5×4", 2 * E * 4, operands + 4 * N, () => gemm.Forward(x, w, View<float>(N), y, Activation.Relu));
        Says("Gemm.InputGradient", "6×4×5", 2 * E * 4, operands, () => gemm.InputGradient(y, w, x));
        var mask = new DropoutMask(_clock, Purpose.Dropout(1), 0.5f);
        Says("Gemm.Forward", "6×5×4", 2 * E * 4, operands, () => gemm.Forward(x, w, default, y, Activation.Relu, mask));
        Says("Gemm.InputGradient", "6×4×5", 2 * E * 4, operands + 4 * M * 4, () => gemm.InputGradient(y, w, x, new Slope(New(M, 4), Activation.Relu, 0.5f)));
        Says("Gemm.WeightGradient", "4×5×6", 2 * E * 4, operands, () => gemm.WeightGradient(x, y, w, accumulate: false));
        Says("Gemm.WeightGradient", "4×5×6", 2 * E * 4, operands + 4 * 4 * N, () => gemm.WeightGradient(x, y, w, accumulate: true));
        // The one column that is made as a row.
        Says("Gemm.Forward", "6×1×4", 2 * M * 4, 4 * (M * 4 + 4 + M), () => gemm.Forward(x, New(4, 1), default, New(M, 1), Activation.Identity));
    }

    [Fact]
    public void Normalisation()
    {
        var norm = new BatchNorm(_device);
        ArrayView<float> V() => View<float>(N);
        var options = new BatchNormOptions();
        // Σx; x − μ, its square, their sum; x̂ in two; γ and β. Parameters and running estimates are read, six vectors written.
        Says("BatchNorm.Forward", "6×5", 8 * E, 4 * (2 * E + 8 * N), () => norm.Forward(New(), V(), V(), V(), V(), New(), V(), V(), options, Activation.Relu));
        Says("BatchNorm.Infer", "6×5", 4 * E, 4 * (2 * E + 4 * N), () => norm.Infer(New(), V(), V(), V(), V(), New(), options, Activation.Relu));
        Says("BatchNorm.Backward", "6×5", 11 * E, 4 * (4 * E + 5 * N), () => norm.Backward(New(), New(), New(), V(), V(), V(), New(), V(), V(), Activation.Relu, false));
    }

    [Fact]
    public void ElementByElement()
    {
        Says("Activate.Forward", "6×5", E, 8 * E, () => new Activate(_device).Forward(New(), New(), Activation.Tanh));
        Says("Activate.Backward", "6×5", E, 12 * E, () => new Activate(_device).Backward(New(), New(), New(), Activation.Tanh));
        Says("Activate.BackwardMasked", "6×5", 3 * E, 12 * E, () => new Activate(_device).Backward(new Slope(New(), Activation.Relu, 0.5f), New(), New()));
        Says("CopyMatrix", "6×5", 0, 8 * E, () => new CopyMatrix(_device).Launch(New(), New()));
        Says("Dropout", "6×5", 2 * E, 8 * E, () => new Dropout(_device).Launch(_clock, Purpose.Dropout(1), New(), New(), 0.5f));
        Says("ExponentialMovingAverage", "7", 21, 84, () => new ExponentialMovingAverage(_device).Launch(_clock, View<float>(7), View<float>(7), 0.9f));
        Says("Adam", "7", 105, 196, () => new Adam(_device).Launch(_clock, 1, 0, View<float>(7), View<float>(7), View<float>(7), View<float>(7), new AdamOptions()));
        Says("Translate", "6×4", 0, 8 * 24 + 4 * 12, () => new Translate(_device).Launch(New(M, 4), View<int>(12), New(M, 4), 2, 2, 1, -1));
    }

    [Fact]
    public void Sums()
    {
        Says("ColumnSum", "6×5", E, 4 * (E + N), () => new ColumnSum(_device).Launch(New(), View<float>(N), false));
        Says("Sum", "7", 7, 28, () => new Sum(_device).Launch(View<float>(7), View<float>(1), 1, false));
        Says("FiniteCheck", "7", 21, 28, () => new FiniteCheck(_device).Launch(View<float>(7), View<int>(1)));
        Says("BinaryCrossEntropy", "6", 16 * M, 8 * M, () => new Objective<BinaryCrossEntropy>(_device).ForDiscriminator(New(M, 1), View<float>(M), New(M, 1), View<float>(1), new ObjectivePart(M, 1, View<float>(1))));
        Says("LeastSquares", "6", 7 * M, 8 * M, () => new Objective<LeastSquares>(_device).ForGenerator(New(M, 1), New(M, 1), View<float>(1), View<float>(1)));
        Says("SoftmaxCrossEntropy", "6×5", 22 * E, 8 * E + 4 * M, () => new SoftmaxCrossEntropy(_device).Launch(New(), View<int>(M), New(), View<float>(1), View<int>(1)));
    }

    [Fact]
    public void BatchesLabelsAndRandomNumbers()
    {
        Says("GatherScale", "6×5", 3 * E, 5 * E + 4 * M, () => new GatherScale(_device).Launch(View<int>(M), View<byte>(3 * N), New()));
        Says("KeyedShuffle", "6", 0, 13 * M, () => new KeyedShuffle(_device).Launch(_clock, Purpose.Shuffle, View<byte>(9), View<int>(M), View<int>(2 * M)));
        Says("OneHot", "6×5", 0, 4 * M + 4 * E, () => new OneHot(_device).Launch(View<int>(M), New()));
        Says("Embedding.Forward", "6×5 of 3", 0, 4 * M + 8 * E, () => new Embedding(_device).Forward(View<int>(M), New(3), New()));
        Says("Embedding.Gradient", "6×5 to 3", E, 4 * M + 4 * (E + 15), () => new Embedding(_device).Gradient(View<int>(M), New(), New(3), false));
        Says("Embedding.Gradient", "6×5 to 3", E, 4 * M + 4 * (E + 30), () => new Embedding(_device).Gradient(View<int>(M), New(), New(3), true));
        var philox = new Philox(_device);
        Says("Philox.Normal", "6×5", 4 * E, 4 * E, () => philox.Normal(_clock, Purpose.Latent(0), New()));
        Says("Philox.Uniform", "6×5", 2 * E, 4 * E, () => philox.Uniform(_clock, Purpose.Latent(0), New(), 0, 1));
        Says("Bernoulli", "6×5", 2 * E, 4 * E, () => new Bernoulli(_device).Launch(_clock, Purpose.Latent(0), New(), 0.5f, 1, 0));
        Says("InstanceNoise", "6×5", 6 * E, 8 * E, () => new InstanceNoise(_device).Launch(_clock, Purpose.Latent(0), New(), New(), 0.5f));
        Says("RotateLabels", "6", 0, 12 * M, () => new RotateLabels(_device).Launch(View<int>(M), View<int>(M), View<int>(M), 3));
        Says("Philox.Integers", "6", 0, 4 * M, () => philox.Integers(_clock, Purpose.Labels(0), View<int>(M), 3));
        var clock = new StepClock(_device, 1);
        _memory.Add(clock);
        Says("StepClock.Advance", "1", 0, 8, clock.Advance);
        Says("Copy", "6", 0, 2 * 4 * M, () => _device.Copy(View<int>(M), View<int>(M)));
        Assert.Throws<ArgumentException>(() => _device.Copy(View<int>(M), View<int>(N)));
    }

    [Fact]
    public void Optimisers()
    {
        Says("RmsProp", "7", 63, 140, () => new RmsProp(_device).Launch(_clock, View<float>(7), View<float>(7), View<float>(7), new RmsPropOptions()));
        Says("Sgd", "7", 28, 140, () => new Sgd(_device).Launch(_clock, View<float>(7), View<float>(7), View<float>(7), 0.1f, 0.9f));
        Says("WeightClip", "7", 14, 56, () => new WeightClip(_device).Launch(View<float>(7), 1));
        Tell(["RowDot", "Sum", "GradientClip"], () => new GradientClip(_device).Launch(View<float>(128), View<float>(2), View<float>(1), 1));
    }

    [Fact]
    public void SlopesOfACritic()
    {
        Says("RowDot", "6×5", 2 * E, 8 * E + 4 * M, () => new RowDot(_device).Launch(New(), New(), New(M, 1), false));
        Says("MixSamples", "6×5", 4 * E, 12 * E + 4 * M, () => new MixSamples(_device).Launch(New(), New(), New(M, 1), New()));
        Tell(["RowDot", "GradientNormPenalty", "GradientNormPenalty.Tangent"], () => new GradientNormPenalty(_device).Launch(
            New(), View<float>(M), New(), View<float>(1), View<float>(1), PenaltyCentre.One, 10));
        var spectral = new SpectralNorm(_device);
        Tell(["Gemm.Forward", "SpectralNorm.Unit", "Gemm.InputGradient", "SpectralNorm.Unit"], () => spectral.Iterate(New(), View<float>(M), View<float>(N), View<float>(1)));
        Says("SpectralNorm.Normalize", "6×5", E, 8 * E, () => spectral.Normalize(New(), View<float>(M), View<float>(N), View<float>(1), New()));
        Tell(["RowDot", "Sum", "SpectralNorm.Backward"], () => spectral.Backward(New(), New(), View<float>(M), View<float>(N), View<float>(1), View<float>(M + 1), New()));
    }

    [Fact]
    public void ProductsWithLabels()
    {
        var multiply = new Multiply(_device);
        Says("Multiply.Forward", "6×5", E, 12 * E, () => multiply.Forward(New(), New(), New()));
        Says("Multiply.Backward", "6×5", E, 12 * E, () => multiply.Backward(New(), New(), New()));
        var projection = new Projection(_device);
        Says("RowDot", "6×5", 2 * E, 8 * E + 8 * M, () => projection.Forward(New(), New(), New(M, 1)));
        Says("Projection.BackwardToEmbedding", "6×5", E, 8 * E + 4 * M, () => projection.BackwardToEmbedding(New(), New(M, 1), New()));
        Says("Projection.BackwardToFeatures", "6×5", 2 * E, 12 * E + 4 * M, () => projection.BackwardToFeatures(New(), New(M, 1), New()));
    }

    [Fact]
    public void Images()
    {
        // 2 channels of 4×4 to 3 of 2×2.
        const int x = M * 32, y = M * 12, w = 3 * 18;
        var shape = ConvShape.Convolution(2, 4, 4, 3, 3, 3, 2, 1);
        string shown = $"6 of {shape}";
        var convolution = new Convolution(_device);
        Says("Convolution.Forward", shown, 2 * y * 18, 4 * (x + y + w + 3), () => convolution.Forward(shape, New(M, 32), New(3, 18), View<float>(3), New(M, 12), Activation.Relu));
        Says("Convolution.InputGradient", shown, 2 * y * 18, 4 * (x + y + w), () => convolution.InputGradient(shape, New(M, 12), New(3, 18), New(M, 32)));
        Says("Convolution.WeightGradient", shown, 2 * y * 18, 4 * (x + y + 2 * w), () => convolution.WeightGradient(shape, New(M, 32), New(M, 12), New(3, 18), accumulate: true));
        Says("ChannelSum", "6×3×4", y, 4 * (y + 3), () => new ChannelSum(_device).Launch(New(M, 12), View<float>(3), false));
        Says("Upsample.Forward", "6×12 to 6×48", 0, 4 * 5 * y, () => new Upsample(_device).Forward(New(M, 12), New(M, 48), 2));
        Says("Upsample.Backward", "6×48 to 6×12", 3 * y, 4 * 5 * y, () => new Upsample(_device).Backward(New(M, 48), New(M, 12), 2));
        Says("AveragePool.Forward", "6×48 to 6×12", 4 * y, 4 * 5 * y, () => new AveragePool(_device).Forward(New(M, 48), New(M, 12), 2));
        Says("AveragePool.Backward", "6×12 to 6×48", y, 4 * 5 * y, () => new AveragePool(_device).Backward(New(M, 12), New(M, 48), 2));
        var options = new AugmentOptions { Shift = 0.1f };
        var augment = new Augment(_device);
        Says("Augment.Draw", "6", 24 * M, 4 * 8 * M, () => augment.Draw(_clock, Purpose.Augmentation(0), New(M, 8), 2, 2, options));
        Says("Augment.Forward", "6×12", 39 * y, 4 * (2 * y + 8 * M), () => augment.Forward(New(M, 12), New(M, 8), New(M, 12), 2, 2, options, -1));
        Says("Augment.Backward", "6×12", 39 * y, 4 * (2 * y + 8 * M), () => augment.Backward(New(M, 12), New(M, 8), New(M, 12), 2, 2, options));
    }

    [Fact]
    public void NormalisationOfImagesAndOfSamples()
    {
        const int e = M * 12;
        ArrayView<float> V(int length) => View<float>(length);
        var batch = new BatchNorm2d(_device);
        var options = new BatchNormOptions();
        Says("BatchNorm2d.Forward", "6×3×4", 8 * e, 4 * (2 * e + 24), () => batch.Forward(New(M, 12), V(3), V(3), V(3), V(3), New(M, 12), V(3), V(3), options, Activation.Relu));
        Says("BatchNorm2d.Infer", "6×3×4", 4 * e, 4 * (2 * e + 12), () => batch.Infer(New(M, 12), V(3), V(3), V(3), V(3), New(M, 12), options, Activation.Relu));
        Says("BatchNorm2d.Backward", "6×3×4", 11 * e, 4 * (4 * e + 15), () => batch.Backward(New(M, 12), New(M, 12), New(M, 12), V(3), V(3), V(3), New(M, 12), V(3), V(3), Activation.Relu, false));
        var layer = new LayerNorm(_device);
        Says("LayerNorm.Forward", "6×12", 8 * e, 4 * (2 * e + 24 + 2 * M), () => layer.Forward(New(M, 12), V(12), V(12), New(M, 12), V(M), V(M), 1e-5f, Activation.Relu));
        Tell(["LayerNorm.Parameters", "LayerNorm.Backward"], () => layer.Backward(New(M, 12), New(M, 12), New(M, 12), V(12), V(M), V(M), New(M, 12), V(12), V(12), V(2 * M), Activation.Relu, false));
        var instance = new InstanceNorm(_device);
        Says("InstanceNorm.Forward", "6×3×4", 8 * e, 4 * (2 * e + 6 + 6 * M), () => instance.Forward(New(M, 12), V(3), V(3), New(M, 12), V(3 * M), V(3 * M), 1e-5f, Activation.Relu));
        Tell(["InstanceNorm.Backward", "ColumnSum", "ColumnSum"], () => instance.Backward(New(M, 12), New(M, 12), New(M, 12), V(3), V(3 * M), V(3 * M), New(M, 12), V(3), V(3), V(6 * M), Activation.Relu, false));
    }

    [Fact]
    public void AConcatenationIsTwoCopies()
    {
        var step = new LaunchRecorder(_device).Record(() => new Concatenate(_device).Launch(New(), New(M, 2), New(M, N + 2)));
        Assert.Equal([("CopyMatrix", "6×5"), ("CopyMatrix", "6×2")], step.Launches.Select(l => (l.Kernel, l.Shape)));
    }
}
