using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// D: an image and a label to a logit, large where the pair looks real: [pixels | label] through the layers of the recipe; or an image to a score and classes, or to a score a class. There
/// is no sigmoid: the objective takes logits.
/// </summary>
internal sealed class Discriminator
{
    private readonly Stack _stack;
    private readonly StepClock _clock;
    private readonly LabelEncoding _encoding;
    private readonly ProjectionHead? _projection;
    private readonly Matrix _labelGradient;
    private readonly int _pixels;

    public Discriminator(Recipe recipe, NetworkPlan plan, LabelCode label, ImageShape image, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        _pixels = image.Pixels;
        _clock = clock;
        var builder = new NetworkBuilder(operators, clock, memory, recipe, rows);
        var table = LabelEncoding.Place(label, classes, builder.Trainable);
        builder.Place(plan, firstStream: 129);
        var projected = recipe.DiscriminatorLabel == DiscriminatorLabelKind.Projection
            ? builder.Trainable.Matrix("projection.table", classes, (int)plan.Layers[^1].Input.Length) : null;
        if (recipe.SpectralNorm)
            SpectralWeights.Place(builder.Trainable, builder.Statistics);
        Parameters = new Parameters(builder.Trainable, builder.Statistics, memory, recipe.SpectralNorm ? operators : null);
        _encoding = new LabelEncoding(operators, Parameters, clock, label, table, stream: 128);
        Layer[] layers = [.. builder.Make(Parameters)];
        if (projected is not null)
            layers[^1] = _projection = new ProjectionHead(layers[^1], operators, Parameters, clock, projected, stream: 128, recipe.InitialValues, rows, memory);
        _stack = new Stack(layers, rows, memory);
        _labelGradient = memory.Matrix(rows, Math.Max(1, label.Columns));
    }

    public Parameters Parameters { get; }

    /// <summary>The layers, for a gradient penalty.</summary>
    public Stack Stack => _stack;

    public void Initialize()
    {
        _encoding.Initialize();
        _stack.Initialize();
        Parameters.Normalized?.Initialize(Parameters.Values, _clock);
    }

    /// <summary>Tells D the labels [M] of the <paramref name="pairs"/> [M, pixels + code] of the next pass: their codes are written behind the images, or kept for the last layer.</summary>
    public void EncodeLabels(ArrayView<int> labels, Matrix pairs)
    {
        _encoding.Forward(labels, pairs);
        if (_projection is not null)
            _projection.Labels = labels;
    }

    /// <summary>logits [M, outputs] ← D(pairs).</summary>
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
