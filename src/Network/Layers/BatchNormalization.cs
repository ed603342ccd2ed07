using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network.Layers;

/// <summary>
/// y = f(γ·x̂ + β), with x̂ normalised by the statistics of the batch while training and by the running ones otherwise (Ioffe and Szegedy 2015). γ starts at 1,
/// β at 0, the running variance at 1.
/// </summary>
internal sealed class BatchNormalization : Layer
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly BatchNormSlots _slots;
    private readonly BatchNormOptions _options;
    private readonly Activation _activation;
    private readonly ArrayView<float> _mean;
    private readonly ArrayView<float> _inverseDeviation;

    public BatchNormalization(
        OperatorSet operators, Parameters parameters, DeviceMemory memory, BatchNormSlots slots, BatchNormOptions options, Activation activation)
    {
        _operators = operators;
        _parameters = parameters;
        _slots = slots;
        _options = options;
        _activation = activation;
        _mean = memory.View<float>(slots.Gamma.Columns);
        _inverseDeviation = memory.View<float>(slots.Gamma.Columns);
    }

    public override int Outputs => _slots.Gamma.Columns;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var values = _parameters.Values;
        var statistics = _parameters.Statistics;
        if (pass.Training)
        {
            _operators.BatchNorm.Forward(
                x, values[_slots.Gamma], values[_slots.Beta], statistics[_slots.RunningMean], statistics[_slots.RunningVariance],
                y, _mean, _inverseDeviation, _options, _activation);
        }
        else
        {
            _operators.BatchNorm.Infer(
                x, values[_slots.Gamma], values[_slots.Beta], statistics[_slots.RunningMean], statistics[_slots.RunningVariance], y, _options, _activation);
        }
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights) => _operators.BatchNorm.Backward(
        x, y, dy, _parameters.Values[_slots.Gamma], _mean, _inverseDeviation, dx ?? dy,
        _parameters.Gradients[_slots.Gamma], _parameters.Gradients[_slots.Beta], _activation, accumulate: false);

    public override LayerDescription Describe(Parameters parameters) => new BatchNormalizationDescription(
        LayerName(_slots.Gamma), parameters.Values.Download(_slots.Gamma), parameters.Values.Download(_slots.Beta),
        parameters.Statistics.Download(_slots.RunningMean), parameters.Statistics.Download(_slots.RunningVariance), _options.Epsilon, _activation);

    public override void Initialize()
    {
        Fill(_parameters.Values, _slots.Gamma, 1);
        Fill(_parameters.Values, _slots.Beta, 0);
        Fill(_parameters.Statistics, _slots.RunningMean, 0);
        Fill(_parameters.Statistics, _slots.RunningVariance, 1);
    }

    private static void Fill(Arena arena, TensorSlot slot, float value)
    {
        var all = arena.Download();
        all.AsSpan((int)slot.Offset, slot.Length).Fill(value);
        arena.Upload(all);
    }
}

/// <summary>The places of a normalisation's parameters and statistics.</summary>
internal sealed record BatchNormSlots(TensorSlot Gamma, TensorSlot Beta, TensorSlot RunningMean, TensorSlot RunningVariance)
{
    public static BatchNormSlots Add(ArenaLayout trainable, ArenaLayout statistics, string name, int width) => new(
        trainable.Vector($"{name}.gamma", width), trainable.Vector($"{name}.beta", width),
        statistics.Vector($"{name}.running_mean", width), statistics.Vector($"{name}.running_variance", width));
}
