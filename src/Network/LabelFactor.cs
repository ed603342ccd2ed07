using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>A label as a learnt factor: input = z ⊙ table[y] for latent vectors z [M, latent] and a table [classes, latent].</summary>
internal sealed class LabelFactor
{
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly TensorSlot _table;
    private readonly int _stream;
    private readonly Matrix _latents;
    private readonly Matrix _factors;

    public LabelFactor(OperatorSet operators, Parameters parameters, StepClock clock, TensorSlot table, int stream, int rows, DeviceMemory memory)
    {
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _table = table;
        _stream = stream;
        _latents = memory.Matrix(rows, table.Columns);
        _factors = memory.Matrix(rows, table.Columns);
    }

    /// <summary>The table to train, [classes, latent].</summary>
    public TensorSlot Table => _table;

    /// <summary>[rows, latent]: z, written before <see cref="Forward"/> and kept for <see cref="Backward"/>.</summary>
    public Matrix Latents => _latents;

    /// <summary>input [M, latent] ← z ⊙ table[labels].</summary>
    public void Forward(ArrayView<int> labels, Matrix input)
    {
        var factors = _factors.SliceRows(0, input.Rows);
        _operators.Embedding.Forward(labels, _parameters.Values.Matrix(_table), factors);
        _operators.Multiply.Forward(_latents.SliceRows(0, input.Rows), factors, input);
    }

    /// <summary>input [M, latent] ← z ⊙ (weights·table), weights [M, classes]: what lies between the labels.</summary>
    public void Mix(Matrix weights, Matrix input)
    {
        var factors = _factors.SliceRows(0, input.Rows);
        _operators.Gemm.Forward(weights, _parameters.Values.Matrix(_table), default, factors, Activation.Identity);
        _operators.Multiply.Forward(_latents.SliceRows(0, input.Rows), factors, input);
    }

    /// <summary>The table's gradient from dInput [M, latent], which is overwritten.</summary>
    public void Backward(ArrayView<int> labels, Matrix dInput)
    {
        _operators.Multiply.Backward(_latents.SliceRows(0, dInput.Rows), dInput, dInput);
        _operators.Embedding.Gradient(labels, dInput, _parameters.Gradients.Matrix(_table), accumulate: false);
    }

    /// <summary>Standard normal, as PyTorch's Embedding starts.</summary>
    public void Initialize() => _operators.Philox.Normal(_clock.View, Purpose.Initialization(_stream), _parameters.Values.Matrix(_table));
}
