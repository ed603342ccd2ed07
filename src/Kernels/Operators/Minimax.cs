using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The min-max game as it is written (Goodfellow et al. 2014, equation 1): D pays the binary cross-entropy, G pays ln(1 − σ(z)) = −softplus(z), what D gains. Its
/// gradient, −σ(z), vanishes where D is sure that an image is generated: it saturates when G has most to learn.
/// </summary>
internal readonly struct Minimax : IObjective
{
    public static int Flops => 16;

    public static T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T> => BinaryCrossEntropy.DiscriminatorLoss(z, t);

    public static T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T> => BinaryCrossEntropy.DiscriminatorGradient(z, t);

    public static T GeneratorLoss<T>(T z) where T : struct, IReal<T> => -BinaryCrossEntropy.DiscriminatorLoss(z, T.Of(0f));

    public static T GeneratorGradient<T>(T z) where T : struct, IReal<T> => -Elementary.Sigmoid(z);

    public static T Score<T>(T z) where T : struct, IReal<T> => Elementary.Sigmoid(z);
}
