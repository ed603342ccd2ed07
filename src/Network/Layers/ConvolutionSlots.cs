using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Layers;

/// <summary>
/// The places of a convolution's parameters of either kind, and the first of its two streams of initial values. A layer in front of a normalisation has
/// no bias: the normalisation takes it away again.
/// </summary>
internal sealed record ConvolutionSlots(TensorSlot Weight, TensorSlot? Bias, int Stream)
{
    public static ConvolutionSlots Add(ArenaLayout layout, string name, ConvShape shape, int outputs, bool bias, int stream) =>
        new(layout.Matrix($"{name}.weight", shape.Features, shape.Taps), bias ? layout.Vector($"{name}.bias", outputs) : null, stream);

    /// <summary>What a convolution with these parameters computes: see <see cref="Layer.Describe"/>.</summary>
    public ConvolutionDescription Describe(Parameters parameters, ConvShape shape, bool isTransposed, Activation activation) => new(
        Layer.LayerName(Weight), shape, isTransposed, parameters.Values.Download(Weight), Bias is { } bias ? parameters.Values.Download(bias) : null, activation);

    public void Initialize(OperatorSet operators, Parameters parameters, StepClock clock, InitialValuesKind start)
    {
        var weight = parameters.Values.Matrix(Weight);
        if (start == InitialValuesKind.Dcgan)
            operators.Philox.Normal(clock.View, Purpose.Initialization(Stream), weight, 0.02f);
        float bound = 1 / MathF.Sqrt(Weight.Columns);
        if (start == InitialValuesKind.Uniform)
            operators.Philox.Uniform(clock.View, Purpose.Initialization(Stream), weight, -bound, bound);
        if (Bias is not { } bias)
            return;
        // Between equal ends a uniform number is that end.
        float biasBound = start == InitialValuesKind.Uniform ? bound : 0;
        operators.Philox.Uniform(clock.View, Purpose.Initialization(Stream + 1), parameters.Values.Matrix(bias), -biasBound, biasBound);
    }
}
