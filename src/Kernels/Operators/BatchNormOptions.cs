namespace GpuCgan.Kernels.Operators;

/// <summary>What <see cref="BatchNorm"/> is tuned by. <c>new BatchNormOptions()</c> holds the defaults; <c>default</c> holds zeros and is refused.</summary>
/// <param name="Epsilon">Added to the variance, positive.</param>
/// <param name="Momentum">The share of this batch in the running estimates, in [0, 1]; 0 leaves them alone.</param>
public readonly record struct BatchNormOptions(float Epsilon, float Momentum)
{
    /// <summary>1e-5 and 0.1.</summary>
    public BatchNormOptions() : this(1e-5f, 0.1f)
    {
    }

    /// <exception cref="ArgumentException">A value is outside of its range.</exception>
    internal void Check()
    {
        // Written so that a NaN is refused.
        if (!(Epsilon > 0 && float.IsFinite(Epsilon) && Momentum is >= 0 and <= 1))
            throw new ArgumentException($"{this}: epsilon is positive and finite, momentum lies in [0, 1].");
    }
}
