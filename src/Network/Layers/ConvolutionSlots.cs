using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>From which distribution the first weights of a convolution come.</summary>
internal enum ConvolutionStart
{
    /// <summary>
    /// Weights and bias uniform in ±1/√fan: PyTorch's default for both kinds of convolution (He et al. 2015 with a = √5). Its fan is the weights' second dimension times
    /// the kernel's size, C·kh·kw here, for the transposed kind too.
    /// </summary>
    Uniform,

    /// <summary>Weights N(0, 0.02²), the bias 0: Radford, Metz and Chintala, "Unsupervised representation learning with deep convolutional GANs" (2016).</summary>
    Dcgan,
}

/// <summary>
/// The places of a convolution's parameters of either kind, and the first of its two streams of initial values. A layer in front of a normalisation has
/// no bias: the normalisation takes it away again.
/// </summary>
internal sealed record ConvolutionSlots(TensorSlot Weight, TensorSlot? Bias, int Stream)
{
    public static ConvolutionSlots Add(ArenaLayout layout, string name, ConvShape shape, int outputs, bool bias, int stream) =>
        new(layout.Matrix($"{name}.weight", shape.Features, shape.Taps), bias ? layout.Vector($"{name}.bias", outputs) : null, stream);

    public void Initialize(OperatorSet operators, Parameters parameters, StepClock clock, ConvolutionStart start)
    {
        var weight = parameters.Values.Matrix(Weight);
        if (start == ConvolutionStart.Dcgan)
            operators.Philox.Normal(clock.View, Purpose.Initialization(Stream), weight, 0.02f);
        float bound = 1 / MathF.Sqrt(Weight.Columns);
        if (start == ConvolutionStart.Uniform)
            operators.Philox.Uniform(clock.View, Purpose.Initialization(Stream), weight, -bound, bound);
        if (Bias is not { } bias)
            return;
        // Between equal ends a uniform number is that end.
        float biasBound = start == ConvolutionStart.Uniform ? bound : 0;
        operators.Philox.Uniform(clock.View, Purpose.Initialization(Stream + 1), parameters.Values.Matrix(bias), -biasBound, biasBound);
    }
}
