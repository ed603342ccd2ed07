namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// Real numbers that a formula can be written over: one float in an ILGPU kernel (<see cref="Real1"/>) or a vector of them in
/// a wide twin (<see cref="Real4"/>, <see cref="Real8"/>, <see cref="Real16"/>).
/// </summary>
/// <remarks>
/// Every operation rounds as IEEE single does and no operation is fused, so the lanes of all implementations on a CPU agree
/// to the last bit: the tail of a loop may run on <see cref="Real1"/> while its body runs on <see cref="Real16"/>, and
/// the ILGPU kernels on the CPU accelerator give the bits of the wide twins.
/// A GPU's compiler may contract a·b + c into one rounding; the tests allow for it.
/// </remarks>
internal interface IReal<T> where T : struct, IReal<T>
{
    static abstract T Of(float x);

    static abstract T operator +(T a, T b);
    static abstract T operator -(T a, T b);
    static abstract T operator *(T a, T b);
    static abstract T operator /(T a, T b);
    static abstract T operator -(T a);

    static abstract T Abs(T x);
    static abstract T Sqrt(T x);

    /// <summary>a &gt; b ? a : b, so b where either is NaN.</summary>
    static abstract T Max(T a, T b);

    /// <summary>a &lt; b ? a : b, so b where either is NaN.</summary>
    static abstract T Min(T a, T b);

    /// <summary>condition &gt; 0 ? a : b, lane by lane; b where the condition is NaN.</summary>
    static abstract T WherePositive(T condition, T a, T b);

    /// <summary>x is −0 ? a : b, lane by lane.</summary>
    static abstract T WhereMinusZero(T x, T a, T b);

    /// <summary>The nearest integer, halves away from zero, for |x| &lt; 2²².</summary>
    static abstract T Round(T x);

    /// <summary>2ⁿ for an integral n in [−126, 127].</summary>
    static abstract T PowerOfTwo(T n);

    /// <summary>The fraction m in [√½, √2) and the exponent e of a positive normal x = m·2ᵉ.</summary>
    static abstract T SplitFraction(T x, out T exponent);
}

/// <summary>Real numbers that random words of type <typeparamref name="TWord"/> can be turned into.</summary>
internal interface IReal<T, TWord> : IReal<T>
    where T : struct, IReal<T, TWord>
    where TWord : struct, IWord<TWord>
{
    /// <summary>(⌊w / 2⁹⌋ + ½)·2⁻²³: exact, and inside the open interval (0, 1).</summary>
    static abstract T UnitInterval(TWord word);

    /// <summary>Half of the word &lt; bound ? a : b, lane by lane: its low 16 bits where <paramref name="half"/> is 0, its high 16 bits where it is 1.</summary>
    static abstract T WhereHalfBelow(TWord word, int half, uint bound, T a, T b);
}
