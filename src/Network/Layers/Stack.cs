using GpuCgan.Kernels;

namespace GpuCgan.Network.Layers;

/// <summary>
/// Layers one behind the other, with the batches between them. Forward keeps what backward needs; a pass may use fewer rows than the stack was made
/// for.
/// </summary>
internal sealed class Stack
{
    private readonly Layer[] _layers;
    private readonly Matrix[] _outputs;
    private readonly Matrix[] _gradients;

    /// <summary>Allocates the batches between the layers: every layer but the last writes one, except where it works in place.</summary>
    public Stack(IReadOnlyList<Layer> layers, int rows, DeviceMemory memory)
    {
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
    /// where dx is not null. x and y are those of the last <see cref="Forward"/>, unchanged, and so is the pass.
    /// </summary>
    public void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        for (int i = _layers.Length - 1; i >= 0; i--)
        {
            var gradient = i == _layers.Length - 1 ? dy : Rows(_gradients[i], dy.Rows);
            Matrix? target = i == 0 ? dx : Rows(_gradients[i - 1], dy.Rows);
            _layers[i].Backward(Input(i, x), Output(i, y), gradient, target, i == 0 ? inputs : Range.All, pass, weights);
        }
    }

    private Matrix Input(int layer, Matrix x) => layer == 0 ? x : Rows(_outputs[layer - 1], x.Rows);

    private Matrix Output(int layer, Matrix y) => layer == _layers.Length - 1 ? y : Rows(_outputs[layer], y.Rows);

    private static Matrix Rows(Matrix batch, int rows) => batch.Rows == rows ? batch : batch.SliceRows(0, rows);
}
