using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

/// <summary>The nonlinearities that a layer can end in.</summary>
public enum ActivationKind
{
    /// <summary>y = x.</summary>
    Identity,

    /// <summary>y = x for x &gt; 0, else slope·x.</summary>
    LeakyRelu,

    /// <summary>y = max(x, 0).</summary>
    Relu,

    /// <summary>y = tanh x.</summary>
    Tanh,

    /// <summary>y = 1 / (1 + e⁻ˣ).</summary>
    Sigmoid,
}

/// <summary>
/// A nonlinearity as a value that kernels and wide twins both take: in the epilogue of a product, behind a normalisation, or on its own
/// (<see cref="Activate"/>). Its gradient is a function of its output, so no input is kept for backward.
/// </summary>
public readonly struct Activation
{
    private Activation(ActivationKind kind, float slope)
    {
        Kind = kind;
        Slope = slope;
    }

    /// <summary>Which one.</summary>
    public readonly ActivationKind Kind;

    /// <summary>LeakyReLU's slope for negative x; 0 elsewhere.</summary>
    public readonly float Slope;

    /// <summary>y = x.</summary>
    public static Activation Identity => new(ActivationKind.Identity, 0);

    /// <summary>y = max(x, 0).</summary>
    public static Activation Relu => new(ActivationKind.Relu, 0);

    /// <summary>y = tanh x.</summary>
    public static Activation Tanh => new(ActivationKind.Tanh, 0);

    /// <summary>y = 1 / (1 + e⁻ˣ).</summary>
    public static Activation Sigmoid => new(ActivationKind.Sigmoid, 0);

    /// <summary>y = x for x &gt; 0, else slope·x (Maas, Hannun and Ng 2013).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The slope is not in (0, 1): its sign must be that of x, from which backward tells the branch.</exception>
    public static Activation LeakyRelu(float slope) => slope is > 0 and < 1
        ? new(ActivationKind.LeakyRelu, slope)
        : throw new ArgumentOutOfRangeException(nameof(slope), slope, "LeakyReLU's slope lies between 0 and 1.");

    /// <summary>y(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T Forward<T>(T x) where T : struct, IReal<T> =>
        // The kind is the same for a whole launch, so this branch never diverges.
        // What saturates is long and stays a call, so that the rectifiers are none: a call passes a vector through memory and costs more than they do.
        Saturates ? Saturate(x) : Rectify(x);

    /// <summary>Whether y(x) takes an exponential.</summary>
    internal bool Saturates => Kind is ActivationKind.Tanh or ActivationKind.Sigmoid;

    /// <summary>y(x) of a kind that does not saturate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T Rectify<T>(T x) where T : struct, IReal<T>
    {
        if (Kind == ActivationKind.LeakyRelu)
            return T.WherePositive(x, x, T.Of(Slope) * x);
        return Kind == ActivationKind.Relu ? T.WherePositive(-x, T.Of(0f), x) : x;
    }

    private T Saturate<T>(T x) where T : struct, IReal<T> => Kind == ActivationKind.Tanh ? Elementary.Tanh(x) : Elementary.Sigmoid(x);

    /// <summary>dx = dy·y′, with y′ written in terms of y. At 0 the rectifiers take the derivative from the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T Backward<T>(T y, T dy) where T : struct, IReal<T>
    {
        if (Kind == ActivationKind.LeakyRelu)
            return T.WherePositive(y, dy, T.Of(Slope) * dy);
        if (Kind == ActivationKind.Relu)
            return T.WherePositive(y, dy, T.Of(0f) * dy);
        if (Kind == ActivationKind.Tanh)
            return dy * (T.Of(1f) - y * y);
        if (Kind == ActivationKind.Sigmoid)
            return dy * (y * (T.Of(1f) - y));
        return dy;
    }
}
