using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The maximum-likelihood game (Goodfellow 2014, "On distinguishability criteria for estimating generative models", 1412.6515; the 2016 tutorial's section 3.2.5): D pays the
/// binary cross-entropy, G pays −e^z = −σ/(1 − σ), whose expected gradient against the best D is that of the likelihood. Almost all of a batch's gradient comes
/// from the few images that D likes best, and nothing bounds it.
/// </summary>
/// <remarks>e^z is cut at z = 80, before it leaves single precision; a z beyond keeps that gradient.</remarks>
internal readonly struct MaximumLikelihood : IObjective
{
    public static int Flops => 16;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T> => BinaryCrossEntropy.DiscriminatorLoss(z, t);

    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T> => BinaryCrossEntropy.DiscriminatorGradient(z, t);

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => -Elementary.Exp(T.Min(T.Of(80f), z));

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => GeneratorLoss(z);

    public static T Score<T>(T z) where T : struct, IReal<T> => Elementary.Sigmoid(z);
}
