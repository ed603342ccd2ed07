using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Binary cross-entropy on logits against a soft target t (Goodfellow et al. 2014; one-sided smoothing, Salimans et al. 2016):
/// loss = mean of softplus(z) − t·z, dz = (σ(z) − t)/M, score = mean of σ(z). With t = 1 for a generator's step it is the non-saturating objective.
/// dz is overwritten; loss and score are accumulated.
/// </summary>
/// <remarks>
/// −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = softplus(z) − t·z takes no logarithm of a number that rounded to 0. Where softplus(z) ≈ t·z that difference would still
/// lose what is left, so both are written with s = σ(−|z|), the smaller of σ(z) and 1 − σ(z): loss = softplus(−|z|) + (z &gt; 0 ? (1 − t)·z : −t·z), a sum of terms
/// that are not negative, and dz·M = z &gt; 0 ? (1 − t) − s : s − t. For t of 0 and 1 both keep their relative precision however large z is.
/// </remarks>
public sealed class BinaryCrossEntropy(ComputeDevice device)
{
    internal readonly struct Formula(float target) : IObjective
    {
        private readonly float _target = target;
        private readonly float _complement = (float)(1 - (double)target);

        public T Loss<T>(T z) where T : struct, IReal<T> =>
            Elementary.Softplus(-T.Abs(z)) + T.WherePositive(z, T.Of(_complement) * z, T.Of(-_target) * z);

        public T Gradient<T>(T z) where T : struct, IReal<T>
        {
            T s = Elementary.Sigmoid(-T.Abs(z));
            return T.WherePositive(z, T.Of(_complement) - s, s - T.Of(_target));
        }

        public T Score<T>(T z) where T : struct, IReal<T> => Elementary.Sigmoid(z);
    }

    private readonly ComputeDevice _device = device;
    private readonly Objective<Formula> _objective = new(device);

    /// <summary>One batch of logits that ought to be <paramref name="target"/>.</summary>
    /// <param name="logits">[M, 1].</param>
    /// <param name="target">t, the probability that they ought to state, in [0, 1].</param>
    /// <param name="dLogits">[M, 1], overwritten; may be the logits.</param>
    /// <param name="loss">[1], to which the mean loss is added.</param>
    /// <param name="score">[1], to which the mean of σ(z) is added.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the target is not in [0, 1].</exception>
    public void Launch(Matrix logits, float target, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (target is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(target), target, "The target of a cross-entropy is a probability.");
        using var launch = _device.Profiler?.Begin("BinaryCrossEntropy", $"{logits.Rows}", 16L * logits.Rows, 2L * sizeof(float) * logits.Rows);
        _objective.Launch(logits, dLogits, loss, score, new Formula(target));
    }
}
