using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Architecture;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>Writes a label's code into the input of a network, and learns the code's table where there is one.</summary>
internal sealed class LabelEncoding
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly LabelCode _code;
    private readonly TensorSlot? _table;
    private readonly int _stream;

    /// <summary>The place of the table; null where the code has none.</summary>
    public static TensorSlot? Place(LabelCode code, int classes, ArenaLayout trainable) => code.IsLearnt ? trainable.Matrix("labels.table", classes, code.Columns) : null;

    public LabelEncoding(OperatorSet operators, Parameters parameters, StepClock clock, LabelCode code, TensorSlot? table, int stream)
    {
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _code = code;
        _table = table;
        _stream = stream;
    }

    /// <summary>The table to train, or null.</summary>
    public TensorSlot? Table => _table;

    /// <summary>Columns of a label's code.</summary>
    public int Columns => _code.Columns;

    /// <summary>Whether there is a table to train.</summary>
    public bool IsLearnt => _table is not null;

    /// <summary>The last columns of input [M, …] ← the codes of the labels [M].</summary>
    public void Forward(ArrayView<int> labels, Matrix input)
    {
        if (_code.Columns == 0)
            return;
        var y = input.SliceColumns(input.Columns - _code.Columns, _code.Columns);
        if (_table is { } table)
            _operators.Embedding.Forward(labels, _parameters.Values.Matrix(table), y);
        else
            _operators.OneHot.Launch(labels, y, _code.Repeat);
    }

    /// <summary>The last columns of input [M, …] ← mixtures of codes, weights [M, classes]: what lies between the labels that the network knows. Not for a code that repeats.</summary>
    public void Mix(Matrix weights, Matrix input)
    {
        if (_code.Columns == 0)
            return;
        var y = input.SliceColumns(input.Columns - _code.Columns, _code.Columns);
        if (_table is { } table)
            _operators.Gemm.Forward(weights, _parameters.Values.Matrix(table), default, y, Activation.Identity);
        else
            _operators.CopyMatrix.Launch(weights, y);
    }

    /// <summary>The table's gradient from dy [M, columns]; overwrites.</summary>
    public void Backward(ArrayView<int> labels, Matrix dy) =>
        _operators.Embedding.Gradient(labels, dy, _parameters.Gradients.Matrix(_table!), accumulate: false);

    /// <summary>Standard normal, as PyTorch's Embedding starts.</summary>
    public void Initialize()
    {
        if (_table is { } table)
            _operators.Philox.Normal(_clock.View, Purpose.Initialization(_stream), _parameters.Values.Matrix(table));
    }
}
