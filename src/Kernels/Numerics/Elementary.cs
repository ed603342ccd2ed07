using System.Runtime.CompilerServices;

namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// exp, log, tanh and their relatives, made of IEEE additions, multiplications and divisions, so that every device computes the
/// same function with the stated error. What a GPU offers instead is an approximation whose error is the vendor's
/// (CUDA's tanh.approx: 2⁻¹¹), and ILGPU's core has no exp for CUDA at all.
/// </summary>
/// <remarks>
/// Polynomials: S. L. Moshier, Cephes Mathematical Library, single precision. Errors are relative, measured against double
/// precision in ElementaryTests. A NaN comes out as a NaN, except of Log.
/// </remarks>
internal static class Elementary
{
    private const float Log2OfE = 1.44269504f;

    // ln 2 = High + Low; n·High is exact for |n| < 2¹⁵, so x − n·ln 2 loses nothing.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>eˣ, within 2·10⁻⁷; x is clamped to [−87, 88], inside the range of normal numbers.</summary>
    public static T Exp<T>(T x) where T : struct, IReal<T>
    {
        // The bound comes first: Max and Min hand on their second argument where one is NaN.
        x = T.Min(T.Of(88f), T.Max(T.Of(-87f), x));
        T n = T.Round(x * T.Of(Log2OfE));
        T r = x - n * T.Of(Ln2High) - n * T.Of(Ln2Low);
        T p = T.Of(1.9875691500e-4f);
        p = p * r + T.Of(1.3981999507e-3f);
        p = p * r + T.Of(8.3334519073e-3f);
        p = p * r + T.Of(4.1665795894e-2f);
        p = p * r + T.Of(1.6666665459e-1f);
        p = p * r + T.Of(5.0000001201e-1f);
        return (p * r * r + r + T.Of(1f)) * T.PowerOfTwo(n);
    }

    /// <summary>ln x for positive normal x, within 2·10⁻⁷, also near 1. Of anything else, a NaN too, it is some finite number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x) where T : struct, IReal<T>
    {
        T f = T.SplitFraction(x, out T e) - T.Of(1f);
        T square = f * f;
        T p = T.Of(7.0376836292e-2f);
        p = p * f + T.Of(-1.1514610310e-1f);
        p = p * f + T.Of(1.1676998740e-1f);
        p = p * f + T.Of(-1.2420140846e-1f);
        p = p * f + T.Of(1.4249322787e-1f);
        p = p * f + T.Of(-1.6668057665e-1f);
        p = p * f + T.Of(2.0000714765e-1f);
        p = p * f + T.Of(-2.4999993993e-1f);
        p = p * f + T.Of(3.3333331174e-1f);
        return f + (p * f * square + e * T.Of(Ln2Low) - square * T.Of(0.5f)) + e * T.Of(Ln2High);
    }

    /// <summary>tanh x, within 4·10⁻⁷.</summary>
    public static T Tanh<T>(T x) where T : struct, IReal<T>
    {
        T magnitude = T.Abs(x);
        T e = Exp(T.Of(-2f) * magnitude);
        T far = (T.Of(1f) - e) / (T.Of(1f) + e);
        far = T.WherePositive(x, far, -far);

        // 1 − e cancels for small x: there, an odd polynomial.
        T square = x * x;
        T p = T.Of(-5.70498872745e-3f);
        p = p * square + T.Of(2.06390887954e-2f);
        p = p * square + T.Of(-5.37397155531e-2f);
        p = p * square + T.Of(1.33314422036e-1f);
        p = p * square + T.Of(-3.33332819422e-1f);
        return T.WherePositive(T.Of(0.625f) - magnitude, p * square * x + x, far);
    }

    /// <summary>eˣ − 1, within 10⁻⁶, also for tiny x: tanh(x/2)·(eˣ + 1).</summary>
    public static T ExpMinusOne<T>(T x) where T : struct, IReal<T> => Tanh(T.Of(0.5f) * x) * (Exp(x) + T.Of(1f));

    /// <summary>The logistic function 1 / (1 + e⁻ˣ), within 4·10⁻⁷, also where it is tiny; below x = −87 it stays at 1.6·10⁻³⁸.</summary>
    public static T Sigmoid<T>(T x) where T : struct, IReal<T>
    {
        T e = Exp(-T.Abs(x));
        T s = T.Of(1f) / (T.Of(1f) + e);
        return T.WherePositive(x, s, e * s);
    }

    /// <summary>ln(1 + x) for x ≥ 0, within 6·10⁻⁷, also for tiny x.</summary>
    public static T LogOnePlus<T>(T x) where T : struct, IReal<T>
    {
        T w = T.Of(1f) + x;
        // What rounding 1 + x lost comes back to first order: ln(w + δ) ≈ ln w + δ/w.
        T lost = x - (w - T.Of(1f));
        return Log(w) + lost / w;
    }

    /// <summary>ln(1 + eˣ), within 6·10⁻⁷: max(x, 0) + ln(1 + e^−|x|).</summary>
    public static T Softplus<T>(T x) where T : struct, IReal<T> => T.Max(T.Of(0f), x) + LogOnePlus(Exp(-T.Abs(x)));

    /// <summary>sin 2πu and cos 2πu for u in [0, 1], within 2·10⁻⁷ of the unit circle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SinCosOfTurn<T>(T u, out T cosine) where T : struct, IReal<T>
    {
        // u = q/4 + r with |r| ≤ 1/8, both exact.
        T q = T.Round(T.Of(4f) * u);
        T angle = (u - q * T.Of(0.25f)) * T.Of(6.28318531f);
        T square = angle * angle;
        T s = T.Of(-1.9515295891e-4f);
        s = s * square + T.Of(8.3321608736e-3f);
        s = s * square + T.Of(-1.6666654611e-1f);
        s = s * square * angle + angle;
        T c = T.Of(2.443315711809948e-5f);
        c = c * square + T.Of(-1.388731625493765e-3f);
        c = c * square + T.Of(4.166664568298827e-2f);
        c = c * square * square - T.Of(0.5f) * square + T.Of(1f);

        // Quarter q of the turn: 0 (s, c), 1 (c, −s), 2 (−s, −c), 3 (−c, s), 4 (s, c).
        T odd = T.Of(0.5f) - T.Abs(T.Abs(q - T.Of(2f)) - T.Of(1f));
        T sine = T.WherePositive(odd, c, s);
        cosine = T.WherePositive(odd, s, c);
        cosine = T.WherePositive(T.Abs(q - T.Of(1.5f)) - T.Of(1f), cosine, -cosine);
        return T.WherePositive(T.Abs(q - T.Of(2.5f)) - T.Of(1f), sine, -sine);
    }
}
