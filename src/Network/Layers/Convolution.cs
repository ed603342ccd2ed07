using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Layers;

/// <summary>y = f(conv(x, w) + b) of images [M, C·H·W], or without the b. What the first weights are is <see cref="InitialValuesKind"/>.</summary>
internal sealed class Convolution(
    OperatorSet operators, Parameters parameters, StepClock clock, ConvolutionSlots slots, ConvShape shape, Activation activation, InitialValuesKind start) : Layer
{
    public override int Outputs => shape.MapColumns;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var b = slots.Bias is { } bias ? parameters.Values[bias] : default;
        operators.Convolution.Forward(shape, x, parameters.Values.Matrix(slots.Weight), b, y, activation);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The selected inputs are not whole channels.</exception>
    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (activation.Kind != ActivationKind.Identity)
            operators.Activate.Backward(y, dy, dy, activation);
        if (weights)
        {
            operators.Convolution.WeightGradient(shape, x, dy, parameters.Gradients.Matrix(slots.Weight), accumulate: false);
            if (slots.Bias is { } bias)
                operators.ChannelSum.Launch(dy, parameters.Gradients[bias], accumulate: false);
        }
        if (dx is { } target)
            InputGradient(dy, target, inputs);
    }

    /// <summary>The gradient by some channels is that of a convolution which has these alone: their weights lie side by side.</summary>
    private void InputGradient(Matrix dy, Matrix dx, Range inputs)
    {
        var (first, count) = inputs.GetOffsetAndLength(shape.ImageColumns);
        if (first % shape.Pixels != 0 || count % shape.Pixels != 0)
            throw new ArgumentException($"Inputs {inputs} are not whole channels of a convolution {shape}.", nameof(inputs));
        int channels = count / shape.Pixels;
        var selected = ConvShape.Convolution(
            channels, shape.Height, shape.Width, shape.Features, shape.KernelHeight, shape.KernelWidth, shape.Stride, shape.Padding);
        var w = parameters.Values.Matrix(slots.Weight).SliceColumns(first / shape.Pixels * shape.KernelSize, channels * shape.KernelSize);
        operators.Convolution.InputGradient(selected, dy, w, dx);
    }

    public override void Initialize() => slots.Initialize(operators, parameters, clock, start);
}
