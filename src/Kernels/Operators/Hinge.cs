using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The hinge game (Lim and Ye 2017; Miyato et al. 2018): D pays t·max(0, 1 − z) + (1 − t)·max(0, 1 + z), nothing for what it is sure enough of; G pays −z. The
/// score is z. At the hinge itself the gradient is 0.
/// </summary>
internal readonly struct Hinge : IObjective
{
    public static int Flops => 6;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T> =>
        t * T.Max(T.Of(0f), T.Of(1f) - z) + (T.Of(1f) - t) * T.Max(T.Of(0f), T.Of(1f) + z);

    // 0·z is 0 for every finite z, and keeps a NaN, which the comparisons lose.
    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T> =>
        T.WherePositive(T.Of(1f) + z, T.Of(1f) - t, T.Of(0f)) - T.WherePositive(T.Of(1f) - z, t, T.Of(0f)) + T.Of(0f) * z;

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => -z;

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => T.Of(0f) * z - T.Of(1f);

    public static T Score<T>(T z) where T : struct, IReal<T> => z;
}
