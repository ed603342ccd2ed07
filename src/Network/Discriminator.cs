using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// D: an image and a label to a logit, large where the pair looks real. [pixels | label] → (linear, LeakyReLU, dropout)… → linear. There is no sigmoid: the
/// objective takes logits.
/// </summary>
internal sealed class Discriminator
{
    private readonly Stack _stack;
    private readonly LabelEncoding _encoding;
    private readonly Matrix _labelGradient;
    private readonly int _pixels;

    public Discriminator(Recipe recipe, ImageShape image, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        _pixels = image.Pixels;
        var trainable = new ArenaLayout();
        var table = recipe.Label == LabelKind.Embedding ? trainable.Matrix("labels.table", classes, classes) : null;
        int[] widths = [_pixels + classes, .. recipe.Scale(recipe.DiscriminatorWidths, image), 1];
        var linears = new LinearSlots[widths.Length - 1];
        for (int i = 0; i < linears.Length; i++)
            linears[i] = LinearSlots.Add(trainable, $"linear{i + 1}", widths[i], widths[i + 1], stream: 129 + 2 * i);

        Parameters = new Parameters(trainable, new ArenaLayout(), memory);
        _encoding = new LabelEncoding(operators, Parameters, clock, table, stream: 128);
        var layers = new List<Layer>();
        for (int i = 0; i < linears.Length; i++)
        {
            bool last = i == linears.Length - 1;
            layers.Add(new Linear(operators, Parameters, clock, linears[i], last ? Activation.Identity : Activation.LeakyRelu(recipe.LeakySlope)));
            if (!last && recipe.Dropout > 0)
                layers.Add(new DropoutLayer(operators, clock, widths[i + 1], i, recipe.Dropout));
        }
        _stack = new Stack(layers, rows, memory);
        _labelGradient = memory.Matrix(rows, classes);
    }

    public Parameters Parameters { get; }

    public void Initialize()
    {
        _encoding.Initialize();
        _stack.Initialize();
    }

    /// <summary>Writes the encoded labels [M] behind the images of <paramref name="pairs"/> [M, pixels + classes].</summary>
    public void EncodeLabels(ArrayView<int> labels, Matrix pairs) => _encoding.Forward(labels, pairs.SliceColumns(_pixels, pairs.Columns - _pixels));

    /// <summary>logits [M, 1] ← D(pairs).</summary>
    public void Forward(Matrix pairs, Matrix logits, Pass pass) => _stack.Forward(pairs, logits, pass);

    /// <summary>The parameters' gradients for the last <see cref="Forward"/>, from dLogits, which is overwritten.</summary>
    public void BackwardToParameters(ArrayView<int> labels, Matrix pairs, Matrix logits, Matrix dLogits, Pass pass)
    {
        if (!_encoding.IsLearnt)
        {
            _stack.Backward(pairs, logits, dLogits, null, Range.All, pass, weights: true);
            return;
        }
        var dLabels = _labelGradient.SliceRows(0, pairs.Rows);
        _stack.Backward(pairs, logits, dLogits, dLabels, _pixels.., pass, weights: true);
        _encoding.Backward(labels, dLabels);
    }

    /// <summary>dImages [M, pixels] for the last <see cref="Forward"/>, and no gradient of D's own: a step of G moves G alone.</summary>
    public void BackwardToImages(Matrix pairs, Matrix logits, Matrix dLogits, Matrix dImages, Pass pass) =>
        _stack.Backward(pairs, logits, dLogits, dImages, .._pixels, pass, weights: false);
}
