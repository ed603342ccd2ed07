using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Augmentations;

/// <summary>What a recipe does to images on their way to D, one augmentation behind the other; noise comes last, as what blurs everything else.</summary>
internal sealed class AugmentationChain
{
    /// <summary>Streams between one use of the chain and the next: as many as there may be augmentations.</summary>
    public const int StreamsAUse = 16;

    private readonly List<Augmentation> _augmentations = [];
    private readonly Matrix[] _between;
    private readonly Matrix[] _gradients;

    /// <summary>Allocates what lies between the augmentations, for at most <paramref name="rows"/> images.</summary>
    public AugmentationChain(Recipe recipe, ImageShape image, int rows, OperatorSet operators, StepClock clock, DeviceMemory memory)
    {
        if (!recipe.Augment.MovesAlone)
            _augmentations.Add(new ChangedImages(operators, clock, memory, image, rows, recipe.Augment));
        int reach = (int)MathF.Round(recipe.Augment.Translate * Math.Max(image.Height, image.Width));
        if (recipe.Augment.MovesAlone && reach > 0)
            _augmentations.Add(new TranslateImages(operators, clock, memory, image, rows, reach));
        if (recipe.InstanceNoise > 0)
            _augmentations.Add(new NoisyImages(operators, clock, recipe.InstanceNoise));
        int between = Math.Max(0, _augmentations.Count - 1);
        _between = [.. Enumerable.Range(0, between).Select(_ => memory.Matrix(rows, image.Pixels))];
        _gradients = [.. Enumerable.Range(0, between).Select(_ => memory.Matrix(rows, image.Pixels))];
    }

    /// <summary>Whether D sees images as they are.</summary>
    public bool IsEmpty => _augmentations.Count == 0;

    /// <summary>seen ← the augmented images [M, pixels], which it must not overlap.</summary>
    public void Forward(Matrix images, Matrix seen, int stream)
    {
        for (int i = 0; i < _augmentations.Count; i++)
            _augmentations[i].Forward(i == 0 ? images : Rows(_between[i - 1], images), i == _augmentations.Count - 1 ? seen : Rows(_between[i], images), stream + i);
    }

    /// <summary>dImages ← the gradient by the images of the last <see cref="Forward"/>, from the gradient by what D saw.</summary>
    public void Backward(Matrix dSeen, Matrix dImages, int stream)
    {
        for (int i = _augmentations.Count - 1; i >= 0; i--)
            _augmentations[i].Backward(i == _augmentations.Count - 1 ? dSeen : Rows(_gradients[i], dSeen), i == 0 ? dImages : Rows(_gradients[i - 1], dSeen), stream + i);
    }

    private static Matrix Rows(Matrix batch, Matrix like) => batch.Rows == like.Rows ? batch : batch.SliceRows(0, like.Rows);
}
