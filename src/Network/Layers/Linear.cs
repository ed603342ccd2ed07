using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Layers;

/// <summary>
/// y = f(x·w + b), or with a dropout behind it y = f(x·w + b)·mask / (1 − rate), for an f whose slope the sign of y tells. What the first w and b are is <see cref="InitialValuesKind"/>.
/// </summary>
internal sealed class Linear : Layer
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly LinearSlots _slots;
    private readonly Activation _activation;
    private readonly InitialValuesKind _start;
    private readonly LayerDropout? _dropout;

    public Linear(
        OperatorSet operators, Parameters parameters, StepClock clock, LinearSlots slots, Activation activation, InitialValuesKind start = InitialValuesKind.Uniform, LayerDropout? dropout = null)
    {
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _slots = slots;
        _activation = activation;
        _start = start;
        _dropout = dropout;
    }

    public override int Outputs => _slots.Weight.Columns;

    public override bool IsPiecewiseLinear => _activation.Kind is ActivationKind.Identity or ActivationKind.Relu or ActivationKind.LeakyRelu;

    public override void Forward(Matrix x, Matrix y, Pass pass) =>
        _operators.Gemm.Forward(x, _parameters.Weight(_slots.Weight), _parameters.Values[_slots.Bias], y, _activation, _dropout?.Mask(pass));

    public override Slope? SlopeOf(Matrix y, Pass pass)
    {
        float rate = _dropout?.RateIn(pass) ?? 0;
        return rate == 0 && _activation.Kind == ActivationKind.Identity ? null : new Slope(y, _activation, rate);
    }

    public override void ApplySlope(Matrix y, Matrix dy, Pass pass)
    {
        if (SlopeOf(y, pass) is { } slope)
            _operators.Activate.Backward(slope, dy, dy);
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (weights)
            ParameterGradients(x, dy);
        if (dx is { } target)
            _operators.Gemm.InputGradient(dy, Selected(_parameters.Weight(_slots.Weight), inputs), target);
    }

    public override bool TakesSlope => true;

    public override void BackwardThrough(Slope front, Matrix x, Matrix dy, Matrix dx, Range inputs, bool weights)
    {
        if (weights)
            ParameterGradients(x, dy);
        _operators.Gemm.InputGradient(dy, Selected(_parameters.Weight(_slots.Weight), inputs), dx, front);
    }

    public override bool MovesBehind(Optimizer optimizer, int batch) => optimizer.MovesByProduct(_slots.Weight, batch);

    public override void MoveBehind(Matrix x, Matrix dy, Optimizer optimizer)
    {
        _operators.ColumnSum.Launch(dy, _parameters.Gradients[_slots.Bias], accumulate: false);
        optimizer.MoveByProduct(_slots.Weight, x, dy);
    }

    private void ParameterGradients(Matrix x, Matrix dy)
    {
        using (_operators.Device.Beside())
            _operators.Gemm.WeightGradient(x, dy, _parameters.Gradients.Weights(_slots.Weight), accumulate: false);
        using (_operators.Device.Beside())
            _operators.ColumnSum.Launch(dy, _parameters.Gradients[_slots.Bias], accumulate: false);
    }

    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass)
    {
        _operators.Gemm.Forward(tx, Selected(_parameters.Weight(_slots.Weight), inputs), default, ty, Activation.Identity);
        // The slope is read from the output, as backward reads it.
        if (_activation.Kind != ActivationKind.Identity)
            _operators.Activate.Backward(y, ty, ty, _activation);
        if (_dropout?.Mask(pass) is { } mask)
            _operators.Dropout.Launch(mask, ty, ty);
    }

    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs) =>
        _operators.Gemm.WeightGradient(tx, dy, Selected(_parameters.Gradients.Weights(_slots.Weight), inputs), accumulate: true);

    private static WeightMatrix Selected(WeightMatrix w, Range inputs)
    {
        var (start, count) = inputs.GetOffsetAndLength(w.Rows);
        return w.SliceRows(start, count);
    }

    public override LayerDescription Describe(Parameters parameters) => new LinearDescription(
        LayerName(_slots.Weight), _slots.Weight.Rows, _slots.Weight.Columns, parameters.Values.Download(_slots.Weight), parameters.Values.Download(_slots.Bias), _activation);

    public override void Initialize()
    {
        float bound = 1 / MathF.Sqrt(_slots.Weight.Rows);
        uint stream = Purpose.Initialization(_slots.Stream);
        _parameters.Values.Draw(_slots.Weight, weight =>
        {
            if (_start == InitialValuesKind.Dcgan)
                _operators.Philox.Normal(_clock.View, stream, weight, 0.02f);
            else
                _operators.Philox.Uniform(_clock.View, stream, weight, -bound, bound);
        });
        // Between equal ends a uniform number is that end.
        float biasBound = _start == InitialValuesKind.Uniform ? bound : 0;
        _operators.Philox.Uniform(_clock.View, Purpose.Initialization(_slots.Stream + 1), _parameters.Values.Matrix(_slots.Bias), -biasBound, biasBound);
    }
}

/// <summary>The places of a linear layer's parameters, and the first of its two streams of initial values.</summary>
internal sealed record LinearSlots(TensorSlot Weight, TensorSlot Bias, int Stream)
{
    public static LinearSlots Add(ArenaLayout layout, string name, int inputs, int outputs, int stream) =>
        new(layout.Weight($"{name}.weight", inputs, outputs), layout.Vector($"{name}.bias", outputs), stream);
}
