using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Augmentations;

/// <summary>
/// Moves, scales, turns, brightens, changes the contrast of and cuts out of each image by amounts of its own, all in one pass, so that a pixel is interpolated once. Moves are of whole
/// pixels where nothing else needs fractions of them.
/// </summary>
internal sealed class ChangedImages(OperatorSet operators, StepClock clock, DeviceMemory memory, ImageShape image, int rows, AugmentRecipe recipe) : Augmentation
{
    private readonly Matrix _amounts = memory.Matrix(rows, Augment.Amounts);

    private readonly AugmentOptions _options = new(
        recipe.Translate, WholePixels: recipe.Scale == 0 && recipe.Rotate == 0, recipe.Scale, recipe.Rotate, recipe.Brightness, recipe.Contrast, recipe.Cutout);

    public override void Forward(Matrix x, Matrix y, int stream)
    {
        var amounts = _amounts.SliceRows(0, x.Rows);
        operators.Augment.Draw(clock.View, Purpose.Augmentation(stream), amounts, image.Height, image.Width, _options);
        operators.Augment.Forward(x, amounts, y, image.Height, image.Width, _options, Background);
    }

    public override void Backward(Matrix dy, Matrix dx, int stream) =>
        operators.Augment.Backward(dy, _amounts.SliceRows(0, dy.Rows), dx, image.Height, image.Width, _options);
}
