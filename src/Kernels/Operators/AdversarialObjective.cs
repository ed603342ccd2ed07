using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The game that D and G play, as what a batch of D's outputs z [M, 1] costs each of them:
/// <list type="bullet">
/// <item><see cref="ForDiscriminator"/>: each row against a target t of its own, 1 for a pair that D should call real, 0 for one that it should not, or softly in between;</item>
/// <item><see cref="ForGenerator"/>: rows that G wants called real.</item>
/// </list>
/// Both overwrite dz and add to a loss and a score that a host reads every N steps. Nothing is saved for backward: dz is the backward.
/// </summary>
public abstract class AdversarialObjective
{
    private protected AdversarialObjective()
    {
    }

    /// <inheritdoc cref="Operators.BinaryCrossEntropy"/>
    public static AdversarialObjective BinaryCrossEntropy(ComputeDevice device) => new Objective<BinaryCrossEntropy>(device);

    /// <inheritdoc cref="Operators.Minimax"/>
    public static AdversarialObjective Minimax(ComputeDevice device) => new Objective<Minimax>(device);

    /// <inheritdoc cref="Operators.MaximumLikelihood"/>
    public static AdversarialObjective MaximumLikelihood(ComputeDevice device) => new Objective<MaximumLikelihood>(device);

    /// <inheritdoc cref="Operators.LeastSquares"/>
    public static AdversarialObjective LeastSquares(ComputeDevice device) => new Objective<LeastSquares>(device);

    /// <inheritdoc cref="Operators.Hinge"/>
    public static AdversarialObjective Hinge(ComputeDevice device) => new Objective<Hinge>(device);

    /// <inheritdoc cref="Operators.Wasserstein"/>
    public static AdversarialObjective Wasserstein(ComputeDevice device) => new Objective<Wasserstein>(device);

    /// <summary>Of each part of N rows: loss += weight·Σ loss(zᵢ, tᵢ)/N, score += Σ score(zᵢ)/N, dz = weight·∂loss/∂z / N. One launch for all parts.</summary>
    /// <param name="logits">[M, 1].</param>
    /// <param name="targets">[M], each in [0, 1].</param>
    /// <param name="dLogits">[M, 1], overwritten; may be the logits.</param>
    /// <param name="loss">[1], added to.</param>
    /// <param name="parts">One to three that are M rows together.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or a weight is not finite.</exception>
    public abstract void ForDiscriminator(Matrix logits, ArrayView<float> targets, Matrix dLogits, ArrayView<float> loss, params ReadOnlySpan<ObjectivePart> parts);

    /// <summary>loss += Σ loss(zᵢ)/M, score += Σ score(zᵢ)/M, dz = loss′(z)/M.</summary>
    /// <param name="logits">[M, 1].</param>
    /// <param name="dLogits">[M, 1], overwritten; may be the logits.</param>
    /// <param name="loss">[1], added to.</param>
    /// <param name="score">[1], to which the mean score is added.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public abstract void ForGenerator(Matrix logits, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score);
}
