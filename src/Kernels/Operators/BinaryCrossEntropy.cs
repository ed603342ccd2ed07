using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Binary cross-entropy on logits against a soft target t, G in its non-saturating form (Goodfellow et al. 2014; one-sided smoothing, Salimans et al. 2016):
/// D pays softplus(z) − t·z, with gradient σ(z) − t; G pays softplus(−z), the cross-entropy with t = 1. The score is σ(z), a probability.
/// </summary>
/// <remarks>
/// −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = softplus(z) − t·z takes no logarithm of a number that rounded to 0. Where softplus(z) ≈ t·z that difference would still
/// lose what is left, so both are written with s = σ(−|z|), the smaller of σ(z) and 1 − σ(z): loss = softplus(−|z|) + (z &gt; 0 ? (1 − t)·z : −t·z), a sum of terms
/// that are not negative, and gradient = z &gt; 0 ? (1 − t) − s : s − t. For t of 0 and 1 both keep their relative precision however large z is.
/// </remarks>
internal readonly struct BinaryCrossEntropy : IObjective
{
    public static int Flops => 16;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T> =>
        Elementary.Softplus(-T.Abs(z)) + T.WherePositive(z, (T.Of(1f) - t) * z, -t * z);

    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T>
    {
        T s = Elementary.Sigmoid(-T.Abs(z));
        return T.WherePositive(z, T.Of(1f) - t - s, s - t);
    }

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => DiscriminatorLoss(z, T.Of(1f));

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => DiscriminatorGradient(z, T.Of(1f));

    public static T Score<T>(T z) where T : struct, IReal<T> => Elementary.Sigmoid(z);
}
