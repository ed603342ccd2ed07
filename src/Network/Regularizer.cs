using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Layers;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// What a recipe adds to D's loss to keep its slope in bounds, and where: WGAN-GP's penalty between each real image and the generated one of its label, or R1 at the
/// real pairs. Images are those that D sees, behind augmentation and noise; the slope is that by the image, the label beside it is held. With packing a sample is a
/// pack: mixed with one ε, and the slope is that by all its images.
/// </summary>
internal sealed class Regularizer
{
    // Dropout masks of their own: D's step uses streams from 0 on, G's from 64.
    private static readonly Pass PassOfPenalty = new(true, 128, Learns: false);

    private readonly ComputeDevice _device;
    private readonly Discriminator _discriminator;
    private readonly GradientPenalty _penalty;
    private readonly Matrix? _mixed;
    private readonly int _pixels;
    private readonly int _batch;
    private readonly bool _mixesPacks;

    /// <summary>Null where the recipe has none.</summary>
    public static Regularizer? Of(Recipe recipe, Discriminator discriminator, int width, int pixels, OperatorSet operators, StepClock clock, DeviceMemory memory) =>
        recipe.Regularizer == RegularizerKind.None ? null : new Regularizer(recipe, discriminator, width, pixels, operators, clock, memory);

    private Regularizer(Recipe recipe, Discriminator discriminator, int width, int pixels, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        _device = operators.Device;
        _discriminator = discriminator;
        _pixels = pixels;
        _batch = recipe.BatchSize;
        bool mixes = recipe.Regularizer == RegularizerKind.GradientPenalty;
        _penalty = new GradientPenalty(
            discriminator.Stack, ..pixels, width, recipe.Packs, recipe.Packing, mixes ? PenaltyCentre.One : PenaltyCentre.Zero, recipe.RegularizerWeight, operators, clock, memory);
        _mixesPacks = mixes && recipe.Packing > 1;
        _mixed = _mixesPacks ? memory.Packed(_batch, width) : mixes ? memory.Matrix(_batch, width) : null;
    }

    /// <summary>Where the last penalty was taken, labels included; for R1 the real pairs themselves.</summary>
    public Matrix Points(Matrix pairs) => _mixed ?? pairs.SliceRows(0, _batch);

    /// <summary>Adds the penalty's gradient to those of D's weights, behind the backward pass of the losses.</summary>
    /// <param name="pairs">[2·batch, width], what D has just seen: real pairs, then generated ones.</param>
    /// <param name="labels">[2·batch], theirs. The generated half's are the real images' own, also where some of those stand under wrong ones.</param>
    /// <param name="metrics">Where the penalty and the mean slope go.</param>
    public void Accumulate(Matrix pairs, ArrayView<int> labels, MetricsBuffer metrics)
    {
        var points = Points(pairs);
        var (real, generated) = (pairs.SliceRows(0, _batch), pairs.SliceRows(_batch, _batch));
        // The codes between the images of a pack are mixed with them, and then written again: one ε a row is what the operator takes, and a row is a pack.
        if (_mixesPacks)
            _penalty.Mix(_discriminator.Packs(real), _discriminator.Packs(generated), _discriminator.Packs(points), stream: 0);
        // Real pairs have their codes beside them already, but a label at D's end is told for one pass at a time.
        using (_device.Beside())
            _discriminator.EncodeLabels(labels.SubView(_mixed is null ? 0 : _batch, _batch), points);
        if (_mixed is not null && !_mixesPacks)
            _penalty.Mix(real.SliceColumns(0, _pixels), generated.SliceColumns(0, _pixels), points.SliceColumns(0, _pixels), stream: 0);
        _device.Join();
        _penalty.Accumulate(_discriminator.Packs(points), PassOfPenalty, metrics.Penalty, metrics.Slope);
    }
}
