using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>
/// While training, zeroes each element with the given rate and scales the others by 1/(1 − rate). It may work in place behind whatever reads no more than the sign of its own output in
/// backward. Where that is a <see cref="Linear"/> the dropout is part of it instead.
/// </summary>
internal sealed class DropoutLayer(OperatorSet operators, StepClock clock, int width, int index, float rate, bool inPlace) : Layer
{
    private readonly LayerDropout _dropout = new(clock, index, rate);

    public override int Outputs => width;

    public override bool InPlace => inPlace;

    public override void Forward(Matrix x, Matrix y, Pass pass) => Apply(x, y, pass);

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights) => Apply(dy, dx ?? dy, pass);

    /// <summary>A mask is fixed once it is drawn, so behind it the critic is as linear as before.</summary>
    public override bool IsPiecewiseLinear => true;

    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass) => Apply(tx, ty, pass);

    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs)
    {
    }

    public override LayerDescription? Describe(Parameters parameters) => null;

    private void Apply(Matrix from, Matrix to, Pass pass)
    {
        if (_dropout.Mask(pass) is { } mask)
            operators.Dropout.Launch(mask, from, to);
        else if (!inPlace)
            operators.Activate.Forward(from, to, Activation.Identity);
    }
}
