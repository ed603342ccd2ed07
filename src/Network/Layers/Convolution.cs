using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Layers;

/// <summary>y = f(conv(x, w) + b) of images [M, C·H·W], or without the b. What the first weights are is <see cref="InitialValuesKind"/>; scratch is <see cref="Kernels.Operators.Convolution.WeightScratch"/>'s.</summary>
internal sealed class Convolution(
    OperatorSet operators, Parameters parameters, StepClock clock, ConvolutionSlots slots, ConvShape shape, Activation activation, InitialValuesKind start, ArrayView<float> scratch = default) : Layer
{
    public override int Outputs => shape.MapColumns;

    public override bool IsPiecewiseLinear => activation.Kind is ActivationKind.Identity or ActivationKind.Relu or ActivationKind.LeakyRelu;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var b = slots.Bias is { } bias ? parameters.Values[bias] : default;
        operators.Convolution.Forward(shape, x, parameters.Kernels(slots.Weight), b, y, activation);
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
                operators.Convolution.WeightGradient(shape, x, dy, parameters.Gradients.Matrix(slots.Weight), accumulate: false, scratch);
            if (slots.Bias is { } bias)
            {
                using (operators.Device.Beside())
                    operators.ChannelSum.Launch(dy, parameters.Gradients[bias], accumulate: false);
            }
        }
        if (dx is not { } target)
            return;
        var (selected, first, columns) = Selected(inputs);
        operators.Convolution.InputGradient(selected, dy, parameters.Kernels(slots.Weight).SliceColumns(first, columns), target);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The selected inputs are not whole channels.</exception>
    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass)
    {
        var (selected, first, count) = Selected(inputs);
        operators.Convolution.Forward(selected, tx, parameters.Kernels(slots.Weight).SliceColumns(first, count), default, ty, Activation.Identity);
        // The slope is read from the output, as backward reads it.
        if (activation.Kind != ActivationKind.Identity)
            operators.Activate.Backward(y, ty, ty, activation);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The selected inputs are not whole channels.</exception>
    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs)
    {
        var (selected, first, count) = Selected(inputs);
        operators.Convolution.WeightGradient(selected, tx, dy, parameters.Gradients.Matrix(slots.Weight).SliceColumns(first, count), accumulate: true, scratch);
    }

    /// <summary>What some channels take part in is a convolution that has these alone: its geometry, and the columns of its weights, which lie side by side.</summary>
    private (ConvShape Shape, int First, int Count) Selected(Range inputs)
    {
        var (first, count) = inputs.GetOffsetAndLength(shape.ImageColumns);
        if (first % shape.Pixels != 0 || count % shape.Pixels != 0)
            throw new ArgumentException($"Inputs {inputs} are not whole channels of a convolution {shape}.", nameof(inputs));
        int channels = count / shape.Pixels;
        var selected = ConvShape.Convolution(
            channels, shape.Height, shape.Width, shape.Features, shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Padding);
        return (selected, first / shape.Pixels * shape.KernelSize, channels * shape.KernelSize);
    }

    public override LayerDescription Describe(Parameters parameters) => slots.Describe(parameters, shape, isTransposed: false, activation);

    public override void Initialize() => slots.Initialize(operators, parameters, clock, start);
}
