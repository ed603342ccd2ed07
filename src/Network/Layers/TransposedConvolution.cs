using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;
using Operator = GpuCgan.Kernels.Operators.TransposedConvolution;

namespace GpuCgan.Network.Layers;

/// <summary>y = f(convᵀ(x, w) + b) of maps [M, I·h·w], or without the b. What the first weights are is <see cref="InitialValuesKind"/>; scratch is <see cref="Kernels.Operators.Convolution.WeightScratch"/>'s.</summary>
internal sealed class TransposedConvolution(
    OperatorSet operators, Parameters parameters, StepClock clock, ConvolutionSlots slots, ConvShape shape, Activation activation, InitialValuesKind start, ArrayView<float> scratch = default) : Layer
{
    private readonly Operator _operator = new(operators.Convolution);

    public override int Outputs => shape.ImageColumns;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var b = slots.Bias is { } bias ? parameters.Values[bias] : default;
        _operator.Forward(shape, x, parameters.Kernels(slots.Weight), b, y, activation);
    }

    public override Slope? SlopeOf(Matrix y, Pass pass) => activation.Kind == ActivationKind.Identity ? null : new Slope(y, activation);

    public override void ApplySlope(Matrix y, Matrix dy, Pass pass)
    {
        if (SlopeOf(y, pass) is { } slope)
            operators.Activate.Backward(slope, dy, dy);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The selected inputs are not whole channels.</exception>
    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (weights)
        {
            using (operators.Device.Beside())
                _operator.WeightGradient(shape, x, dy, parameters.Gradients.Matrix(slots.Weight), accumulate: false, scratch);
            if (slots.Bias is { } bias)
            {
                using (operators.Device.Beside())
                    operators.ChannelSum.Launch(dy, parameters.Gradients[bias], accumulate: false);
            }
        }
        if (dx is { } target)
            InputGradient(dy, target, inputs);
    }

    /// <summary>The gradient by some channels is that of a layer which has these alone: their weights are rows of w.</summary>
    private void InputGradient(Matrix dy, Matrix dx, Range inputs)
    {
        var (first, count) = inputs.GetOffsetAndLength(shape.MapColumns);
        if (first % shape.MapPixels != 0 || count % shape.MapPixels != 0)
            throw new ArgumentException($"Inputs {inputs} are not whole channels of a transposed convolution {shape}.", nameof(inputs));
        int channels = count / shape.MapPixels;
        var selected = ConvShape.Convolution(
            shape.Channels, shape.Height, shape.Width, channels, shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Padding);
        _operator.InputGradient(selected, dy, parameters.Kernels(slots.Weight).SliceRows(first / shape.MapPixels, channels), dx);
    }

    public override LayerDescription Describe(Parameters parameters) => slots.Describe(parameters, shape, isTransposed: true, activation);

    public override void Initialize() => slots.Initialize(operators, parameters, clock, start);
}
