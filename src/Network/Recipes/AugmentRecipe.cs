namespace GpuCgan.Network.Recipes;

/// <summary>
/// How strongly images are changed at random before D sees them (Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training"): real and generated ones alike,
/// and G learns through it, so D cannot learn real images by heart and G never learns to make changed ones. 0 leaves a kind out. Nothing is mirrored: a digit would be another.
/// </summary>
public sealed record AugmentRecipe
{
    /// <summary>The longest move, down or to the side, as a share of the image's side.</summary>
    public float Translate { get; init; }

    /// <summary>Sizes of 1 ± this.</summary>
    public float Scale { get; init; }

    /// <summary>The largest turn to either side, in degrees. A little for digits: a six that is turned far is a nine.</summary>
    public float Rotate { get; init; }

    /// <summary>The most that is added to all pixels of an image or taken from them; they lie in [−1, 1].</summary>
    public float Brightness { get; init; }

    /// <summary>Pixels times 1 ± this, about the middle grey.</summary>
    public float Contrast { get; init; }

    /// <summary>The side of a part that becomes background, as a share of the image's side. Its middle lies anywhere in the image.</summary>
    public float Cutout { get; init; }

    /// <summary>Whether images are moved and nothing else.</summary>
    internal bool MovesAlone => this == new AugmentRecipe { Translate = Translate };
}
