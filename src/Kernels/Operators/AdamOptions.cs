namespace GpuCgan.Kernels.Operators;

/// <summary>What <see cref="Adam"/> is tuned by. <c>new AdamOptions()</c> holds the defaults; <c>default</c> holds zeros and is refused.</summary>
/// <param name="LearningRate">α, before the clock's scale.</param>
/// <param name="Beta1">Decay of the first moment, in [0, 1); 0 leaves the gradient itself.</param>
/// <param name="Beta2">Decay of the second moment, in [0, 1).</param>
/// <param name="Epsilon">ε, positive, added to the corrected root.</param>
/// <param name="WeightDecay">λ of the decoupled decay, which is scaled by the learning rate; 0 for none.</param>
public readonly record struct AdamOptions(float LearningRate, float Beta1, float Beta2, float Epsilon, float WeightDecay)
{
    /// <summary>2e-4, 0.5, 0.999, 1e-8, 0: the rate and β₁ of DCGAN (Radford, Metz and Chintala 2016), the rest of Kingma and Ba.</summary>
    public AdamOptions() : this(2e-4f, 0.5f, 0.999f, 1e-8f, 0)
    {
    }

    /// <exception cref="ArgumentException">A value is outside of its range.</exception>
    internal void Check()
    {
        // Written so that a NaN is refused.
        bool rates = LearningRate >= 0 && float.IsFinite(LearningRate) && WeightDecay >= 0 && float.IsFinite(WeightDecay);
        bool betas = Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1;
        if (!(rates && betas && Epsilon > 0 && float.IsFinite(Epsilon)))
            throw new ArgumentException($"{this}: rate and decay are not negative, betas lie in [0, 1), epsilon is positive, all are finite.");
    }
}
