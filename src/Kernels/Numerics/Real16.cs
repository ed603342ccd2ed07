using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GpuCgan.Kernels.Numerics;

/// <summary>16 floats side by side, one 512-bit register.</summary>
internal readonly struct Real16(Vector512<float> value) : IWide<Real16>, IReal<Real16, Word16>
{
    public readonly Vector512<float> Value = value;

    public static int Count => 16;
    public static Real16 Load(ref float source, nuint offset) => new(Vector512.LoadUnsafe(ref source, offset));
    public static Real16 LoadBytes(ref byte source, nuint offset) =>
        new(Vector512.ConvertToSingle(Vector512.WidenLower(Vector512.WidenLower(Vector128.LoadUnsafe(ref source, offset).ToVector256Unsafe().ToVector512Unsafe())).AsInt32()));
    public static void Store(Real16 x, ref float target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);
    public static Real16 MultiplyAdd(Real16 a, Real16 b, Real16 c) => new(Vector512.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    public static Real16 Of(float x) => new(Vector512.Create(x));
    public static Real16 operator +(Real16 a, Real16 b) => new(a.Value + b.Value);
    public static Real16 operator -(Real16 a, Real16 b) => new(a.Value - b.Value);
    public static Real16 operator *(Real16 a, Real16 b) => new(a.Value * b.Value);
    public static Real16 operator /(Real16 a, Real16 b) => new(a.Value / b.Value);
    public static Real16 operator -(Real16 a) => new(-a.Value);
    public static Real16 Abs(Real16 x) => new(Vector512.Abs(x.Value));
    public static Real16 Sqrt(Real16 x) => new(Vector512.Sqrt(x.Value));
    public static Real16 Max(Real16 a, Real16 b) => new(Vector512.ConditionalSelect(Vector512.GreaterThan(a.Value, b.Value), a.Value, b.Value));
    public static Real16 Min(Real16 a, Real16 b) => new(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), a.Value, b.Value));

    public static Real16 WherePositive(Real16 condition, Real16 a, Real16 b) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(condition.Value, Vector512<float>.Zero), a.Value, b.Value));

    public static Real16 WhereMinusZero(Real16 x, Real16 a, Real16 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(x.Value.AsUInt32(), Vector512.Create(RealBits.MinusZero)).AsSingle(), a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real16 Round(Real16 x)
    {
        var half = Vector512.ConditionalSelect(Vector512.GreaterThan(x.Value, Vector512<float>.Zero), Vector512.Create(0.5f), Vector512.Create(-0.5f));
        return new(Vector512.ConvertToSingle(Vector512.ConvertToInt32Native(x.Value + half)));
    }

    public static Real16 PowerOfTwo(Real16 n) =>
        new(((Vector512.ConvertToInt32Native(n.Value) + Vector512.Create(RealBits.ExponentBias)) << RealBits.FractionBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real16 SplitFraction(Real16 x, out Real16 exponent)
    {
        // Taking √½'s bits off first makes the carry into the exponent field fall at √½·2ᵉ instead of at 2ᵉ.
        var root = Vector512.Create(RealBits.SquareRootOfHalf);
        var bits = x.Value.AsUInt32() - root;
        exponent = new(Vector512.ConvertToSingle(bits.AsInt32() >> RealBits.FractionBits));
        return new(((bits & Vector512.Create(RealBits.Fraction)) + root).AsSingle());
    }

    public static Real16 UnitInterval(Word16 word) =>
        new((Vector512.ConvertToSingle((word.Value >> 9).AsInt32()) + Vector512.Create(0.5f)) * Vector512.Create(RealBits.TwoToMinus23));

    // Halves and bounds are below 2¹⁶, so they compare as signed numbers, which every instruction set does.
    public static Real16 WhereHalfBelow(Word16 word, int half, uint bound, Real16 a, Real16 b)
    {
        var halves = half == 0 ? word.Value & Vector512.Create(0xFFFFu) : word.Value >> 16;
        return new(Vector512.ConditionalSelect(Vector512.LessThan(halves.AsInt32(), Vector512.Create((int)bound)).AsSingle(), a.Value, b.Value));
    }
}
