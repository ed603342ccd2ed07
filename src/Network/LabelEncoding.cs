using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>How a network reads a label: as a one-hot vector, or as a learnt vector of the same length (Mirza and Osindero 2014 concatenate either with the other input).</summary>
internal sealed class LabelEncoding
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly TensorSlot? _table;
    private readonly int _stream;

    public LabelEncoding(OperatorSet operators, Parameters parameters, StepClock clock, TensorSlot? table, int stream)
    {
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _table = table;
        _stream = stream;
    }

    /// <summary>The table to train, or null.</summary>
    public TensorSlot? Table => _table;

    /// <summary>Whether there is a table to train.</summary>
    public bool IsLearnt => _table is not null;

    /// <summary>y [M, classes] ← the encoded labels [M].</summary>
    public void Forward(ArrayView<int> labels, Matrix y)
    {
        if (_table is { } table)
            _operators.Embedding.Forward(labels, _parameters.Values.Matrix(table), y);
        else
            _operators.OneHot.Launch(labels, y);
    }

    /// <summary>The table's gradient from dy [M, classes]; overwrites.</summary>
    public void Backward(ArrayView<int> labels, Matrix dy) =>
        _operators.Embedding.Gradient(labels, dy, _parameters.Gradients.Matrix(_table!), accumulate: false);

    /// <summary>Standard normal, as PyTorch's Embedding starts.</summary>
    public void Initialize()
    {
        if (_table is { } table)
            _operators.Philox.Normal(_clock.View, Purpose.Initialization(_stream), _parameters.Values.Matrix(table));
    }
}
