using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Recipes;
using ILGPU;

namespace GpuCgan.Network.Losses;

/// <summary>What D's outputs for a batch of pairs, or of packs of them, cost D, and what they cost G. Losses and scores are added to the metrics; the gradients are overwritten.</summary>
internal abstract class PairLoss
{
    /// <summary>The loss of a recipe.</summary>
    public static PairLoss Of(Recipe recipe, int classes, OperatorSet operators, StepClock clock, DeviceMemory memory, MetricsBuffer metrics) => recipe.DiscriminatorLabel switch
    {
        DiscriminatorLabelKind.Auxiliary => new AuxiliaryLoss(recipe, new ScoreLoss(recipe, classes, operators, clock, memory, metrics), operators, metrics),
        DiscriminatorLabelKind.ClassVector => new ClassVectorLoss(recipe, classes, operators, memory, metrics),
        _ => new ScoreLoss(recipe, classes, operators, clock, memory, metrics),
    };

    /// <summary>Puts the last real images of a batch under wrong labels, where the recipe asks for it.</summary>
    /// <param name="labels">[batch], the real images' labels.</param>
    public virtual void Mismatch(ArrayView<int> labels)
    {
    }

    /// <summary>D's loss for a whole batch: real pairs, then as many generated ones.</summary>
    /// <param name="logits">[2·batch, D's outputs], without gaps.</param>
    /// <param name="labels">[2·batch].</param>
    /// <param name="dLogits">As the logits, overwritten.</param>
    public abstract void ForDiscriminator(Matrix logits, ArrayView<int> labels, Matrix dLogits);

    /// <summary>G's loss for its images.</summary>
    /// <param name="logits">[batch, D's outputs], without gaps.</param>
    /// <param name="labels">[batch]: what G was asked for.</param>
    /// <param name="dLogits">As the logits, overwritten.</param>
    public abstract void ForGenerator(Matrix logits, ArrayView<int> labels, Matrix dLogits);
}
