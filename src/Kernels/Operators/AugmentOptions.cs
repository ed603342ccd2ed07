namespace GpuCgan.Kernels.Operators;

/// <summary>How far <see cref="Augment"/> may change an image; each amount is drawn anew for every image, uniformly up to its bound either way. Zeros change nothing. Nothing is ever mirrored: a mirrored digit is another sign.</summary>
/// <param name="Shift">A move in each direction, as a share of the side: 0.125 in DiffAugment.</param>
/// <param name="WholePixels">Whether moves are rounded to whole pixels, which keeps edges sharp where nothing is scaled or rotated.</param>
/// <param name="Scale">A scale of 1 ± this, below 1.</param>
/// <param name="Rotation">Degrees, at most 180; a little for digits: a six turned far is a nine.</param>
/// <param name="Brightness">Added to every pixel; images lie in [−1, 1].</param>
/// <param name="Contrast">A factor of 1 ± this about mid-grey, which is 0; below 1.</param>
/// <param name="Cutout">Side of a square (a rectangle of the image's shape) that is filled, as a share of the image's; its middle lies anywhere in the image.</param>
public readonly record struct AugmentOptions(
    float Shift = 0, bool WholePixels = false, float Scale = 0, float Rotation = 0, float Brightness = 0, float Contrast = 0, float Cutout = 0)
{
    /// <summary>Whether nothing is changed.</summary>
    public bool IsNone => Shift == 0 && Scale == 0 && Rotation == 0 && Brightness == 0 && Contrast == 0 && Cutout == 0;

    /// <exception cref="ArgumentException">A value is outside of its range.</exception>
    internal void Check()
    {
        // Written so that a NaN is refused.
        bool moves = Shift is >= 0 and <= 1 && Scale is >= 0 and < 1 && Rotation is >= 0 and <= 180;
        bool colours = Brightness >= 0 && float.IsFinite(Brightness) && Contrast is >= 0 and < 1 && Cutout is >= 0 and <= 1;
        if (!(moves && colours))
            throw new ArgumentException($"{this}: shift and cutout lie in [0, 1], scale and contrast in [0, 1), rotation in [0, 180], brightness is not negative.");
    }
}
