namespace GpuCgan.Kernels.Operators;

/// <summary>What <see cref="RmsProp"/> is tuned by. <c>new RmsPropOptions()</c> holds the defaults; <c>default</c> holds zeros and is refused.</summary>
/// <param name="LearningRate">α, before the clock's scale.</param>
/// <param name="Decay">ρ of the mean square, in [0, 1).</param>
/// <param name="Epsilon">ε, positive, added to the root.</param>
public readonly record struct RmsPropOptions(float LearningRate, float Decay, float Epsilon)
{
    /// <summary>5e-5 of WGAN (Arjovsky, Chintala and Bottou 2017, algorithm 1), with 0.99 and 1e-8, as its authors' program had them from PyTorch.</summary>
    public RmsPropOptions() : this(5e-5f, 0.99f, 1e-8f)
    {
    }

    /// <exception cref="ArgumentException">A value is outside of its range.</exception>
    internal void Check()
    {
        // Written so that a NaN is refused.
        if (!(LearningRate >= 0 && float.IsFinite(LearningRate) && Decay is >= 0 and < 1 && Epsilon > 0 && float.IsFinite(Epsilon)))
            throw new ArgumentException($"{this}: the rate is not negative, the decay lies in [0, 1), epsilon is positive, all are finite.");
    }
}
