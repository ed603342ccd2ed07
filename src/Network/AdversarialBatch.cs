using GpuCgan.Kernels;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network;

/// <summary>
/// What a step works on: the real images and then as many generated ones, each with its label's code behind it, and D's outputs for them. Concatenation is slices of one matrix, so nothing
/// is copied to join an image and its label, or the two halves.
/// </summary>
internal sealed class AdversarialBatch
{
    private readonly int _size;
    private readonly int _packs;

    /// <param name="recipe">Its batch size and packing.</param>
    /// <param name="plan">Its networks.</param>
    /// <param name="image">The images' shape.</param>
    /// <param name="apart">Whether images lie apart from what D sees of them; else they are made in their place.</param>
    /// <param name="memory">Owns the batch.</param>
    public AdversarialBatch(Recipe recipe, GanPlan plan, ImageShape image, bool apart, DeviceMemory memory)
    {
        _size = recipe.BatchSize;
        _packs = recipe.Packs;
        int rows = 2 * _size, width = (int)(plan.Discriminator.Input.Length / recipe.Packing), outputs = (int)plan.Discriminator.Output.Length;
        Indices = memory.View<int>(_size);
        Labels = memory.View<int>(rows);
        // The rows of a pack are read as one: no gap may lie between them.
        Pairs = recipe.Packing == 1 ? memory.Matrix(rows, width) : memory.Packed(rows, width);
        Seen = Pairs.SliceColumns(0, image.Pixels);
        Images = apart ? memory.Matrix(rows, image.Pixels) : Seen;
        Logits = memory.Packed(2 * _packs, outputs);
        LogitGradients = memory.Packed(2 * _packs, outputs);
        ImageGradients = apart ? memory.Matrix(_size, image.Pixels) : null;
    }

    /// <summary>[batch]: which images of the data the real ones are.</summary>
    public ArrayView<int> Indices { get; }

    /// <summary>[2·batch]: the labels of <see cref="Pairs"/>.</summary>
    public ArrayView<int> Labels { get; }

    /// <summary>[2·batch, pixels + label code]: the real pairs, then the generated ones, as D sees them.</summary>
    public Matrix Pairs { get; }

    /// <summary>[2·batch, pixels]: the images of <see cref="Pairs"/>.</summary>
    public Matrix Seen { get; }

    /// <summary>[2·batch, pixels]: the real images, then the generated ones, before they are augmented.</summary>
    public Matrix Images { get; }

    /// <summary>[2·packs, D's outputs], without gaps.</summary>
    public Matrix Logits { get; }

    /// <summary>As the logits.</summary>
    public Matrix LogitGradients { get; }

    /// <summary>[batch, pixels]: the gradient by the generated images behind the augmentations'; null where the images are what D sees.</summary>
    public Matrix? ImageGradients { get; }

    /// <summary>[batch]: the labels of the real half.</summary>
    public ArrayView<int> RealLabels => Labels.SubView(0, _size);

    /// <summary>[batch]: those of the generated half.</summary>
    public ArrayView<int> FakeLabels => Labels.SubView(_size, _size);

    /// <summary>The real half of <see cref="Images"/>.</summary>
    public Matrix RealImages => Images.SliceRows(0, _size);

    /// <summary>The generated half.</summary>
    public Matrix FakeImages => Images.SliceRows(_size, _size);

    /// <summary>The generated half of <see cref="Pairs"/>.</summary>
    public Matrix FakePairs => Pairs.SliceRows(_size, _size);

    /// <summary>The generated half of <see cref="Seen"/>.</summary>
    public Matrix FakeSeen => Seen.SliceRows(_size, _size);

    /// <summary>[packs, D's outputs]: logits for one half alone, G's step's.</summary>
    public Matrix HalfLogits => Logits.SliceRows(0, _packs);

    /// <summary>As <see cref="HalfLogits"/>.</summary>
    public Matrix HalfLogitGradients => LogitGradients.SliceRows(0, _packs);
}
