using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>y = f(x), where no layer in front of it has f in its epilogue.</summary>
internal sealed class ActivationLayer(OperatorSet operators, int width, Activation activation) : Layer
{
    public override int Outputs => width;

    public override void Forward(Matrix x, Matrix y, Pass pass) => operators.Activate.Forward(x, y, activation);

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights) =>
        operators.Activate.Backward(y, dy, dx ?? dy, activation);

    public override LayerDescription Describe(Parameters parameters) => new ActivationDescription(activation);

    public override bool IsPiecewiseLinear => activation.Kind is ActivationKind.Identity or ActivationKind.Relu or ActivationKind.LeakyRelu;

    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass) => operators.Activate.Backward(y, tx, ty, activation);

    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs)
    {
    }
}
