using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GpuCgan.Kernels.Numerics;

/// <summary>4 floats side by side, one 128-bit register.</summary>
internal readonly struct Real4(Vector128<float> value) : IWide<Real4>, IReal<Real4, Word4>
{
    public readonly Vector128<float> Value = value;

    public static int Count => 4;
    public static Real4 Load(ref float source, nuint offset) => new(Vector128.LoadUnsafe(ref source, offset));
    public static Real4 LoadBytes(ref byte source, nuint offset) =>
        new(Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, offset))).AsByte())).AsInt32()));
    public static void Store(Real4 x, ref float target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);
    public static Real4 MultiplyAdd(Real4 a, Real4 b, Real4 c) => new(Vector128.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    public static Real4 Of(float x) => new(Vector128.Create(x));
    public static Real4 operator +(Real4 a, Real4 b) => new(a.Value + b.Value);
    public static Real4 operator -(Real4 a, Real4 b) => new(a.Value - b.Value);
    public static Real4 operator *(Real4 a, Real4 b) => new(a.Value * b.Value);
    public static Real4 operator /(Real4 a, Real4 b) => new(a.Value / b.Value);
    public static Real4 operator -(Real4 a) => new(-a.Value);
    public static Real4 Abs(Real4 x) => new(Vector128.Abs(x.Value));
    public static Real4 Sqrt(Real4 x) => new(Vector128.Sqrt(x.Value));
    public static Real4 Max(Real4 a, Real4 b) => new(Vector128.ConditionalSelect(Vector128.GreaterThan(a.Value, b.Value), a.Value, b.Value));
    public static Real4 Min(Real4 a, Real4 b) => new(Vector128.ConditionalSelect(Vector128.LessThan(a.Value, b.Value), a.Value, b.Value));

    public static Real4 WherePositive(Real4 condition, Real4 a, Real4 b) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(condition.Value, Vector128<float>.Zero), a.Value, b.Value));

    public static Real4 WhereMinusZero(Real4 x, Real4 a, Real4 b) =>
        new(Vector128.ConditionalSelect(Vector128.Equals(x.Value.AsUInt32(), Vector128.Create(RealBits.MinusZero)).AsSingle(), a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real4 Round(Real4 x)
    {
        var half = Vector128.ConditionalSelect(Vector128.GreaterThan(x.Value, Vector128<float>.Zero), Vector128.Create(0.5f), Vector128.Create(-0.5f));
        return new(Vector128.ConvertToSingle(Vector128.ConvertToInt32Native(x.Value + half)));
    }

    public static Real4 PowerOfTwo(Real4 n) =>
        new(((Vector128.ConvertToInt32Native(n.Value) + Vector128.Create(RealBits.ExponentBias)) << RealBits.FractionBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real4 SplitFraction(Real4 x, out Real4 exponent)
    {
        // Taking √½'s bits off first makes the carry into the exponent field fall at √½·2ᵉ instead of at 2ᵉ.
        var root = Vector128.Create(RealBits.SquareRootOfHalf);
        var bits = x.Value.AsUInt32() - root;
        exponent = new(Vector128.ConvertToSingle(bits.AsInt32() >> RealBits.FractionBits));
        return new(((bits & Vector128.Create(RealBits.Fraction)) + root).AsSingle());
    }

    public static Real4 UnitInterval(Word4 word) =>
        new((Vector128.ConvertToSingle((word.Value >> 9).AsInt32()) + Vector128.Create(0.5f)) * Vector128.Create(RealBits.TwoToMinus23));

    // Halves and bounds are below 2¹⁶, so they compare as signed numbers, which every instruction set does.
    public static Real4 WhereHalfBelow(Word4 word, int half, uint bound, Real4 a, Real4 b)
    {
        var halves = half == 0 ? word.Value & Vector128.Create(0xFFFFu) : word.Value >> 16;
        return new(Vector128.ConditionalSelect(Vector128.LessThan(halves.AsInt32(), Vector128.Create((int)bound)).AsSingle(), a.Value, b.Value));
    }
}
