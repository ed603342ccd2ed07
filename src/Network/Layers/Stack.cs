using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>
/// Layers one behind the other, with the batches between them. Forward keeps what backward needs; a pass may use fewer rows than the stack was made
/// for.
/// </summary>
internal sealed class Stack
{
    private readonly ComputeDevice _device;
    private readonly Layer[] _layers;
    private readonly Matrix[] _outputs;
    private readonly Matrix[] _gradients;

    /// <summary>Allocates the batches between the layers: every layer but the last writes one, except where it works in place.</summary>
    public Stack(IReadOnlyList<Layer> layers, int rows, DeviceMemory memory)
    {
        _device = memory.Device;
        _layers = [.. layers];
        _outputs = new Matrix[layers.Count - 1];
        _gradients = new Matrix[layers.Count - 1];
        for (int i = 0; i < layers.Count - 1; i++)
        {
            bool inPlace = layers[i].InPlace && i > 0;
            _outputs[i] = inPlace ? _outputs[i - 1] : memory.Matrix(rows, layers[i].Outputs);
            _gradients[i] = inPlace ? _gradients[i - 1] : memory.Matrix(rows, layers[i].Outputs);
        }
    }

    /// <summary>Columns of the last layer's output.</summary>
    public int Outputs => _layers[^1].Outputs;

    /// <summary>The widest output of any layer.</summary>
    public int WidestOutput => _layers.Max(layer => layer.Outputs);

    /// <summary>The first layer that has no <see cref="Layer.Tangent"/>; null where all have one.</summary>
    public Layer? FirstCurved => _layers.FirstOrDefault(layer => !layer.IsPiecewiseLinear);

    /// <summary>Whether a gradient by the inputs can be taken through the nonlinearity that they came out of.</summary>
    public bool TakesSlope => _layers[0].TakesSlope;

    /// <summary>The nonlinearity that the outputs y of the last <see cref="Forward"/> came out of; see <see cref="Layer.SlopeOf"/>.</summary>
    public Slope? SlopeOf(Matrix y, Pass pass) => _layers[^1].SlopeOf(y, pass);

    public void Initialize()
    {
        foreach (var layer in _layers)
            layer.Initialize();
    }

    /// <summary>What the layers compute outside training; see <see cref="Layer.Describe"/>.</summary>
    public IReadOnlyList<LayerDescription> Describe(Parameters parameters) => [.. _layers.Select(layer => layer.Describe(parameters)).OfType<LayerDescription>()];

    /// <summary>y = stack(x) for [M, inputs] and [M, outputs], M at most the rows it was made for.</summary>
    public void Forward(Matrix x, Matrix y, Pass pass)
    {
        for (int i = 0; i < _layers.Length; i++)
            _layers[i].Forward(Input(i, x), Output(i, y), pass);
    }

    /// <summary>
    /// From dy, which may be overwritten, the parameters' gradients where <paramref name="weights"/> asks for them, and the gradient by the selected inputs
    /// where dx is not null. x and y are those of the last <see cref="Forward"/>, unchanged, and so is the pass. An optimiser is told of every layer that is passed.
    /// </summary>
    /// <param name="x">[M, inputs].</param>
    /// <param name="y">[M, outputs].</param>
    /// <param name="dy">As y.</param>
    /// <param name="dx">[M, selected inputs], or null.</param>
    /// <param name="inputs">Which.</param>
    /// <param name="pass">Of the forward pass.</param>
    /// <param name="weights">Whether parameters have gradients.</param>
    /// <param name="optimizer">Of this network.</param>
    /// <param name="front">The nonlinearity that the selected inputs came out of, where the stack <see cref="TakesSlope"/>: dx is the gradient before it.</param>
    /// <param name="isSloped">Whether dy is the gradient before the <see cref="SlopeOf"/> of y already.</param>
    public void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights, Optimizer? optimizer = null, Slope? front = null, bool isSloped = false)
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            var gradient = i == _layers.Length - 1 ? dy : Rows(_gradients[i], dy.Rows);
            Matrix? target = i == 0 ? dx : Rows(_gradients[i - 1], dy.Rows);
            Matrix input = Input(i, x), output = Output(i, y);
            if (!isSloped)
                _layers[i].ApplySlope(output, gradient, pass);
            var selected = i == 0 ? inputs : Range.All;
            var through = i == 0 ? front : _layers[i].TakesSlope ? _layers[i - 1].SlopeOf(input, pass) : null;
            var mover = weights && optimizer is not null && _layers[i].MovesBehind(optimizer, gradient.Rows) ? optimizer : null;
            if (through is { } slope)
                _layers[i].BackwardThrough(slope, input, gradient, target!.Value, selected, weights && mover is null);
            else
                _layers[i].Backward(input, output, gradient, target, selected, pass, weights && mover is null);
            if (mover is not null)
                _layers[i].MoveBehind(input, gradient, mover);
            // Of the gradient that comes to the next layer: whether it is that before its nonlinearity.
            isSloped = through is not null;
            // Behind the first layer there is nothing left to do beside it.
            if (i > 0)
                optimizer?.Passed(i);
        }
        _device.Join();
    }

    /// <summary>
    /// Adds ∂/∂w of Σ ⟨t, ∂y/∂x·dy⟩ to the parameters' gradients, where dy started the last <see cref="Backward"/>, through which every layer left its gradient behind, and
    /// t [M, selected inputs] is held constant: forward goes the tangent, and each layer's weight gradient is that of the tangent that comes in and the gradient
    /// that came back.
    /// </summary>
    /// <param name="tangent">t.</param>
    /// <param name="y">As the last <see cref="Forward"/> left it.</param>
    /// <param name="dy">As the last <see cref="Backward"/> left it.</param>
    /// <param name="inputs">The inputs that Backward differentiated by.</param>
    /// <param name="pass">The pass of both.</param>
    /// <param name="here">[rows, <see cref="WidestOutput"/>], overwritten: the tangents behind the layers, in turns with <paramref name="there"/>.</param>
    /// <param name="there">The same.</param>
    public void TangentGradient(Matrix tangent, Matrix y, Matrix dy, Range inputs, Pass pass, Matrix here, Matrix there)
    {
        var from = tangent;
        for (int i = 0; i < _layers.Length; i++)
        {
            bool last = i == _layers.Length - 1;
            var selected = i == 0 ? inputs : Range.All;
            using (_device.Beside())
                _layers[i].TangentGradient(from, last ? dy : Rows(_gradients[i], dy.Rows), selected);
            if (last)
                break;
            var to = from;
            if (!_layers[i].InPlace || i == 0)
            {
                to = Rows(here, dy.Rows).SliceColumns(0, _layers[i].Outputs);
                (here, there) = (there, here);
            }
            _layers[i].Tangent(from, Output(i, y), to, selected, pass);
            from = to;
            // The next tangent is written where the one that this layer's gradient reads lies.
            _device.Join();
        }
        _device.Join();
    }

    private Matrix Input(int layer, Matrix x) => layer == 0 ? x : Rows(_outputs[layer - 1], x.Rows);

    private Matrix Output(int layer, Matrix y) => layer == _layers.Length - 1 ? y : Rows(_outputs[layer], y.Rows);

    private static Matrix Rows(Matrix batch, int rows) => batch.Rows == rows ? batch : batch.SliceRows(0, rows);
}
