using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The least-squares objective (Mao et al. 2017): loss = mean of ½·(z − t)², dz = (z − t)/M, score = mean of z. dz is overwritten; loss and score are
/// accumulated. z is the discriminator's plain output: no sigmoid belongs before it.
/// </summary>
public sealed class LeastSquares(ComputeDevice device)
{
    internal readonly struct Formula(float target) : IObjective
    {
        private readonly float _target = target;

        public T Loss<T>(T z) where T : struct, IReal<T>
        {
            T difference = z - T.Of(_target);
            return T.Of(0.5f) * (difference * difference);
        }

        public T Gradient<T>(T z) where T : struct, IReal<T> => z - T.Of(_target);

        public T Score<T>(T z) where T : struct, IReal<T> => z;
    }

    private readonly ComputeDevice _device = device;
    private readonly Objective<Formula> _objective = new(device);

    /// <summary>One batch of outputs that ought to be <paramref name="target"/>.</summary>
    /// <param name="logits">[M, 1].</param>
    /// <param name="target">t, any finite number.</param>
    /// <param name="dLogits">[M, 1], overwritten; may be the logits.</param>
    /// <param name="loss">[1], to which the mean loss is added.</param>
    /// <param name="score">[1], to which the mean of z is added.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the target is not finite.</exception>
    public void Launch(Matrix logits, float target, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (!float.IsFinite(target))
            throw new ArgumentOutOfRangeException(nameof(target), target, "The target of a least-squares objective is finite.");
        using var launch = _device.Profiler?.Begin("LeastSquares", $"{logits.Rows}", 7L * logits.Rows, 2L * sizeof(float) * logits.Rows);
        _objective.Launch(logits, dLogits, loss, score, new Formula(target));
    }
}
