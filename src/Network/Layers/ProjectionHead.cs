using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Layers;

/// <summary>
/// D's last layer with the label's say: y = score(h) + ⟨table[label], h⟩ for features h [M, features], a score layer [features → 1] and a table [classes, features] (Miyato and Koyama,
/// "cGANs with Projection Discriminator", 2018). A row of the table is a weight vector that one class adds to the score's, and starts as that does: see <see cref="InitialValuesKind"/>.
/// </summary>
internal sealed class ProjectionHead : Layer
{
    private readonly Layer _score;
    private readonly OperatorSet _operators;
    private readonly Parameters _parameters;
    private readonly StepClock _clock;
    private readonly TensorSlot _table;
    private readonly int _stream;
    private readonly InitialValuesKind _start;
    private readonly Matrix _embedded;
    private readonly Matrix _dEmbedded;

    /// <param name="score">The layer that gives the score without the label.</param>
    /// <param name="operators">The device's operators.</param>
    /// <param name="parameters">Where the table is.</param>
    /// <param name="clock">Where its initial values come from.</param>
    /// <param name="table">[classes, features].</param>
    /// <param name="stream">Of its initial values.</param>
    /// <param name="start">What they are.</param>
    /// <param name="rows">The largest batch.</param>
    /// <param name="memory">Owns the embedded labels.</param>
    public ProjectionHead(Layer score, OperatorSet operators, Parameters parameters, StepClock clock, TensorSlot table, int stream, InitialValuesKind start, int rows, DeviceMemory memory)
    {
        _score = score;
        _start = start;
        _operators = operators;
        _parameters = parameters;
        _clock = clock;
        _table = table;
        _stream = stream;
        _embedded = memory.Matrix(rows, table.Columns);
        _dEmbedded = memory.Matrix(rows, table.Columns);
    }

    /// <summary>[M]: the labels of the batch that comes next, which stay until its backward pass.</summary>
    public ArrayView<int> Labels { get; set; }

    public override int Outputs => 1;

    public override bool IsPiecewiseLinear => _score.IsPiecewiseLinear;

    public override void Forward(Matrix x, Matrix y, Pass pass)
    {
        var embedded = _embedded.SliceRows(0, x.Rows);
        using (_operators.Device.Beside())
            _operators.Embedding.Forward(Labels, _parameters.Values.Matrix(_table), embedded);
        _score.Forward(x, y, pass);
        _operators.Device.Join();
        _operators.Projection.Forward(embedded, x, y);
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (weights)
        {
            // The score is linear (GanPlan), so dy is the gradient before its nonlinearity too.
            using (_operators.Device.Beside())
                TableGradient(x, dy, Range.All, accumulate: false);
        }
        _score.Backward(x, y, dy, dx, inputs, pass, weights);
        if (dx is { } target)
            _operators.Projection.BackwardToFeatures(Selected(_embedded.SliceRows(0, dy.Rows), inputs), dy, target);
    }

    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass)
    {
        _score.Tangent(tx, y, ty, inputs, pass);
        _operators.Projection.Forward(Selected(_embedded.SliceRows(0, tx.Rows), inputs), tx, ty);
    }

    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs)
    {
        _score.TangentGradient(tx, dy, inputs);
        TableGradient(tx, dy, inputs, accumulate: true);
    }

    public override void Initialize()
    {
        _score.Initialize();
        var table = _parameters.Values.Matrix(_table);
        float bound = 1 / MathF.Sqrt(_table.Columns);
        if (_start == InitialValuesKind.Dcgan)
            _operators.Philox.Normal(_clock.View, Purpose.Initialization(_stream), table, 0.02f);
        else
            _operators.Philox.Uniform(_clock.View, Purpose.Initialization(_stream), table, -bound, bound);
    }

    /// <summary>Rows of dy·x, summed label by label.</summary>
    private void TableGradient(Matrix x, Matrix dy, Range inputs, bool accumulate)
    {
        var dEmbedded = Selected(_dEmbedded.SliceRows(0, x.Rows), inputs);
        _operators.Projection.BackwardToEmbedding(x, dy, dEmbedded);
        _operators.Embedding.Gradient(Labels, dEmbedded, Selected(_parameters.Gradients.Matrix(_table), inputs), accumulate);
    }

    private static Matrix Selected(Matrix features, Range inputs)
    {
        var (start, count) = inputs.GetOffsetAndLength(features.Columns);
        return features.SliceColumns(start, count);
    }
}
