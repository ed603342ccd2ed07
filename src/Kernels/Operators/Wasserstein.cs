using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The Wasserstein game (Arjovsky, Chintala and Bottou 2017): D, a critic, pays −t·z + (1 − t)·z; G pays −z. With t of 1 and 0 minus D's loss is the critic's estimate of
/// the earth mover's distance, if something else keeps it Lipschitz. The score is z, which has no scale of its own.
/// </summary>
internal readonly struct Wasserstein : IObjective
{
    public static int Flops => 4;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T> => Slope(t) * z;

    // 0·z is 0 for every finite z, and shows one that is not.
    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T> => Slope(t) + T.Of(0f) * z;

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => -z;

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => T.Of(0f) * z - T.Of(1f);

    public static T Score<T>(T z) where T : struct, IReal<T> => z;

    private static T Slope<T>(T t) where T : struct, IReal<T> => T.Of(1f) - (t + t);
}
