using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The least-squares game (Mao et al. 2017): D pays ½·(z − t)², G pays ½·(z − 1)². The score is z: D's plain output, before which no sigmoid belongs.
/// </summary>
internal readonly struct LeastSquares : IObjective
{
    public static int Flops => 7;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T>
    {
        T difference = z - t;
        return T.Of(0.5f) * (difference * difference);
    }

    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T> => z - t;

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => DiscriminatorLoss(z, T.Of(1f));

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => z - T.Of(1f);

    public static T Score<T>(T z) where T : struct, IReal<T> => z;
}
