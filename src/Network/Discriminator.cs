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
/// <remarks>
/// With packing m it takes m pairs as one sample, their numbers or planes one behind the other (Lin, Khetan, Fanti and Oh, "PacGAN", 2018): images that are too much alike then give the
/// generated ones away. m rows of a batch without gaps are a row of a pack already, so nothing is copied.
/// </remarks>
internal sealed class Discriminator
{
    private readonly Stack _stack;
    private readonly StepClock _clock;
    private readonly LabelEncoding _encoding;
    private readonly ProjectionHead? _projection;
    private readonly int _pixels;
    private readonly int _packing;

    // The gradients by the columns of the pairs: of all together where a pack lays those of one kind apart.
    private readonly Matrix? _dPairs;
    private readonly Matrix _dImages;
    private readonly Matrix _dLabels;

    public Discriminator(Recipe recipe, NetworkPlan plan, LabelCode label, ImageShape image, int classes, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        _pixels = image.Pixels;
        _packing = recipe.Packing;
        _clock = clock;
        int samples = rows / _packing, code = label.Columns;
        var builder = new NetworkBuilder(operators, clock, memory, recipe, samples);
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
            layers[^1] = _projection = new ProjectionHead(layers[^1], operators, Parameters, clock, projected, stream: 128, recipe.InitialValues, samples, memory);
        _stack = new Stack(layers, samples, memory);
        _dPairs = _packing == 1 ? null : memory.Packed(rows, _pixels + code);
        _dImages = _dPairs?.SliceColumns(0, _pixels) ?? memory.Matrix(rows, _pixels);
        _dLabels = code == 0 ? default : _dPairs?.SliceColumns(_pixels, code) ?? memory.Matrix(rows, code);
    }

    public Parameters Parameters { get; }

    /// <summary>Whether a label's code is learnt, and so changes when D moves.</summary>
    public bool LearnsCodes => _encoding.IsLearnt;

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

    /// <summary>logits [M/m, outputs] ← D(pairs [M, pixels + code]).</summary>
    public void Forward(Matrix pairs, Matrix logits, Pass pass) => _stack.Forward(Packs(pairs), logits, pass);

    /// <summary>The parameters' gradients for the last <see cref="Forward"/>, from dLogits, which is overwritten; an optimiser may begin with those that it has.</summary>
    public void BackwardToParameters(ArrayView<int> labels, Matrix pairs, Matrix logits, Matrix dLogits, Pass pass, Optimizer? optimizer)
    {
        if (_encoding.IsLearnt)
            _encoding.Backward(labels, Backward(pairs, logits, dLogits, _dLabels, _pixels.., pass, weights: true, optimizer));
        else
            _stack.Backward(Packs(pairs), logits, dLogits, null, Range.All, pass, weights: true, optimizer);
    }

    /// <summary>Whether <see cref="BackwardToImages"/> goes back through the nonlinearity that the images came out of too.</summary>
    public bool TakesSlope => _dPairs is null && _stack.TakesSlope;

    /// <summary>
    /// [M, pixels], until the next pass: the gradient by the images for the last <see cref="Forward"/>, or before the nonlinearity <paramref name="front"/> that they came out of; and none of
    /// D's own, since a step of G moves G alone.
    /// </summary>
    public Matrix BackwardToImages(Matrix pairs, Matrix logits, Matrix dLogits, Pass pass, Slope? front) =>
        Backward(pairs, logits, dLogits, _dImages, .._pixels, pass, weights: false, front: front);

    private Matrix Backward(
        Matrix pairs, Matrix logits, Matrix dLogits, Matrix gradient, Range columns, Pass pass, bool weights, Optimizer? optimizer = null, Slope? front = null)
    {
        var wanted = gradient.SliceRows(0, pairs.Rows);
        if (_dPairs is { } all)
            _stack.Backward(Packs(pairs), logits, dLogits, Packs(all.SliceRows(0, pairs.Rows)), Range.All, pass, weights, optimizer);
        else
            _stack.Backward(pairs, logits, dLogits, wanted, columns, pass, weights, optimizer, front);
        return wanted;
    }

    /// <summary>[M/m, m·width] of a batch [M, width] without gaps.</summary>
    public Matrix Packs(Matrix batch) => _packing == 1 ? batch : new Matrix(batch.Data, batch.Rows / _packing, _packing * batch.Columns);
}
