using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network.Layers;

/// <summary>
/// y = f(γ·x̂ + β), with x̂ normalised by the statistics of the batch while training and by the running ones otherwise (Ioffe and Szegedy 2015). γ starts at 1,
/// β at 0, the running variance at 1. Of images, channel by channel, the statistics run over all pixels of the batch.
/// </summary>
/// <remarks>D sees real and generated images as one batch, and normalises each half by its own statistics: mixed ones would tell the halves of one another, and the sources
/// call D twice. Running statistics learn from both.</remarks>
internal sealed class BatchNormalization : Layer
{
    private readonly IBatchNorm _norm;
    private readonly int _pixels;
    private readonly Parameters _parameters;
    private readonly BatchNormSlots _slots;
    private readonly BatchNormOptions _options;
    private readonly Activation _activation;
    private readonly ArrayView<float>[] _means;
    private readonly ArrayView<float>[] _inverseDeviations;
    private readonly ArrayView<float> _unusedGradient;

    /// <summary>Normalises channels of <paramref name="pixels"/> pixels; with 1, every column for itself.</summary>
    public BatchNormalization(
        OperatorSet operators, Parameters parameters, DeviceMemory memory, BatchNormSlots slots, BatchNormOptions options, Activation activation, int pixels = 1)
    {
        _norm = pixels == 1 ? operators.BatchNorm : operators.BatchNorm2d;
        _pixels = pixels;
        _parameters = parameters;
        _slots = slots;
        _options = options;
        _activation = activation;
        _means = [.. Enumerable.Range(0, Pass.MostGroups).Select(_ => memory.View<float>(slots.Gamma.Columns))];
        _inverseDeviations = [.. Enumerable.Range(0, Pass.MostGroups).Select(_ => memory.View<float>(slots.Gamma.Columns))];
        _unusedGradient = memory.View<float>(slots.Gamma.Columns);
    }

    public override int Outputs => _slots.Gamma.Columns * _pixels;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var values = _parameters.Values;
        var statistics = _parameters.Statistics;
        if (!pass.Training)
        {
            _norm.Infer(
                x, values[_slots.Gamma], values[_slots.Beta], statistics[_slots.RunningMean], statistics[_slots.RunningVariance], y, _options, _activation);
            return;
        }
        var options = pass.Learns ? _options : _options with { Momentum = 0 };
        for (int group = 0; group < pass.Groups; group++)
        {
            _norm.Forward(
                Part(x, group, pass), values[_slots.Gamma], values[_slots.Beta], statistics[_slots.RunningMean], statistics[_slots.RunningVariance],
                Part(y, group, pass), _means[group], _inverseDeviations[group], options, _activation);
        }
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        for (int group = 0; group < pass.Groups; group++)
        {
            _norm.Backward(
                Part(x, group, pass), Part(y, group, pass), Part(dy, group, pass), _parameters.Values[_slots.Gamma], _means[group], _inverseDeviations[group], Part(dx ?? dy, group, pass),
                weights ? _parameters.Gradients[_slots.Gamma] : _unusedGradient, weights ? _parameters.Gradients[_slots.Beta] : _unusedGradient, _activation, accumulate: group > 0);
        }
    }

    private static Matrix Part(Matrix batch, int group, Pass pass) =>
        pass.Groups == 1 ? batch : batch.SliceRows(group * (batch.Rows / pass.Groups), batch.Rows / pass.Groups);

    public override LayerDescription Describe(Parameters parameters) => new BatchNormalizationDescription(
        LayerName(_slots.Gamma), _pixels, parameters.Values.Download(_slots.Gamma), parameters.Values.Download(_slots.Beta),
        parameters.Statistics.Download(_slots.RunningMean), parameters.Statistics.Download(_slots.RunningVariance), _options.Epsilon, _activation);

    public override void Initialize()
    {
        _parameters.Values.Fill(_slots.Gamma, 1);
        _parameters.Values.Fill(_slots.Beta, 0);
        _parameters.Statistics.Fill(_slots.RunningMean, 0);
        _parameters.Statistics.Fill(_slots.RunningVariance, 1);
    }
}

/// <summary>The places of a normalisation's parameters and statistics.</summary>
internal sealed record BatchNormSlots(TensorSlot Gamma, TensorSlot Beta, TensorSlot RunningMean, TensorSlot RunningVariance)
{
    public static BatchNormSlots Add(ArenaLayout trainable, ArenaLayout statistics, string name, int width) => new(
        trainable.Vector($"{name}.gamma", width), trainable.Vector($"{name}.beta", width),
        statistics.Vector($"{name}.running_mean", width), statistics.Vector($"{name}.running_variance", width));
}
