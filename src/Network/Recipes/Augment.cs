namespace GpuCgan.Network.Recipes;

/// <summary>
/// How strongly images are changed at random before D sees them (Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training"): real and generated ones alike,
/// and G learns through it, so D cannot learn real images by heart and G never learns to make changed ones. 0 leaves a kind out. Nothing is mirrored: a digit would be another.
/// </summary>
public sealed record Augment
{
    /// <summary>The longest move, down or to the side, as a share of the image's side.</summary>
    public float Translate { get; init; }
}
