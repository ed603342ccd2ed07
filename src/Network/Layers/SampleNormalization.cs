using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network.Layers;

/// <summary>
/// y = f(γ·x̂ + β) of each sample for itself: layer normalisation over all its numbers (Ba, Kiros and Hinton 2016), or instance normalisation of each plane over its pixels (Ulyanov,
/// Vedaldi and Lempitsky 2016). γ starts at 1, β at 0. Nothing is estimated, so training and sampling are the same.
/// </summary>
internal sealed class SampleNormalization : Layer
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly NormSlots _slots;
    private readonly Activation _activation;
    private readonly float _epsilon;
    private readonly int _planes;
    private readonly ArrayView<float> _mean;
    private readonly ArrayView<float> _inverseDeviation;
    private readonly ArrayView<float> _scratch;
    private readonly ArrayView<float> _unusedGradient;

    /// <param name="operators">The operators.</param>
    /// <param name="parameters">Where γ and β are.</param>
    /// <param name="memory">What the batch's statistics are allocated from.</param>
    /// <param name="slots">One γ and β a number for layer normalisation, one a plane for instance normalisation.</param>
    /// <param name="outputs">Numbers a sample.</param>
    /// <param name="planes">0 for layer normalisation; the planes of instance normalisation.</param>
    /// <param name="rows">Samples a batch, at most.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="activation">f.</param>
    public SampleNormalization(
        OperatorSet operators, Parameters parameters, DeviceMemory memory, NormSlots slots, int outputs, int planes, int rows, float epsilon, Activation activation)
    {
        _operators = operators;
        _parameters = parameters;
        _slots = slots;
        Outputs = outputs;
        _planes = planes;
        _epsilon = epsilon;
        _activation = activation;
        int segments = rows * Math.Max(1, planes);
        _mean = memory.View<float>(segments);
        _inverseDeviation = memory.View<float>(segments);
        _scratch = memory.View<float>(2 * segments);
        _unusedGradient = memory.View<float>(slots.Gamma.Columns);
    }

    public override int Outputs { get; }

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        ArrayView<float> gamma = _parameters.Values[_slots.Gamma], beta = _parameters.Values[_slots.Beta];
        if (_planes == 0)
            _operators.LayerNorm.Forward(x, gamma, beta, y, Of(_mean, x), Of(_inverseDeviation, x), _epsilon, _activation);
        else
            _operators.InstanceNorm.Forward(x, gamma, beta, y, Of(_mean, x), Of(_inverseDeviation, x), _epsilon, _activation);
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        var gamma = _parameters.Values[_slots.Gamma];
        var dGamma = weights ? _parameters.Gradients[_slots.Gamma] : _unusedGradient;
        var dBeta = weights ? _parameters.Gradients[_slots.Beta] : _unusedGradient;
        var scratch = _scratch.SubView(0, 2 * Segments(x));
        if (_planes == 0)
            _operators.LayerNorm.Backward(x, y, dy, gamma, Of(_mean, x), Of(_inverseDeviation, x), dx ?? dy, dGamma, dBeta, scratch, _activation, accumulate: false);
        else
            _operators.InstanceNorm.Backward(x, y, dy, gamma, Of(_mean, x), Of(_inverseDeviation, x), dx ?? dy, dGamma, dBeta, scratch, _activation, accumulate: false);
    }

    public override LayerDescription Describe(Parameters parameters) => new SampleNormalizationDescription(
        LayerName(_slots.Gamma), _planes, Outputs / Math.Max(1, _planes), parameters.Values.Download(_slots.Gamma), parameters.Values.Download(_slots.Beta), _epsilon, _activation);

    public override void Initialize()
    {
        _parameters.Values.Fill(_slots.Gamma, 1);
        _parameters.Values.Fill(_slots.Beta, 0);
    }

    private int Segments(Matrix batch) => batch.Rows * Math.Max(1, _planes);

    private ArrayView<float> Of(ArrayView<float> statistics, Matrix batch) => statistics.SubView(0, Segments(batch));
}

/// <summary>The places of a normalisation's parameters.</summary>
internal sealed record NormSlots(TensorSlot Gamma, TensorSlot Beta)
{
    public static NormSlots Add(ArenaLayout trainable, string name, int width) => new(trainable.Vector($"{name}.gamma", width), trainable.Vector($"{name}.beta", width));
}
