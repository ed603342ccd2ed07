using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GpuCgan.Kernels.Numerics;

/// <summary>8 floats side by side, one 256-bit register.</summary>
internal readonly struct Real8(Vector256<float> value) : IWide<Real8>, IReal<Real8, Word8>
{
    public readonly Vector256<float> Value = value;

    public static int Count => 8;
    public static Real8 Load(ref float source, nuint offset) => new(Vector256.LoadUnsafe(ref source, offset));
    public static Real8 LoadBytes(ref byte source, nuint offset) =>
        new(Vector256.ConvertToSingle(Vector256.WidenLower(Vector256.WidenLower(Vector256.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, offset))).AsByte())).AsInt32()));
    public static void Store(Real8 x, ref float target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);
    public static Real8 MultiplyAdd(Real8 a, Real8 b, Real8 c) => new(Vector256.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    public static Real8 Of(float x) => new(Vector256.Create(x));
    public static Real8 operator +(Real8 a, Real8 b) => new(a.Value + b.Value);
    public static Real8 operator -(Real8 a, Real8 b) => new(a.Value - b.Value);
    public static Real8 operator *(Real8 a, Real8 b) => new(a.Value * b.Value);
    public static Real8 operator /(Real8 a, Real8 b) => new(a.Value / b.Value);
    public static Real8 operator -(Real8 a) => new(-a.Value);
    public static Real8 Abs(Real8 x) => new(Vector256.Abs(x.Value));
    public static Real8 Sqrt(Real8 x) => new(Vector256.Sqrt(x.Value));
    public static Real8 Max(Real8 a, Real8 b) => new(Vector256.ConditionalSelect(Vector256.GreaterThan(a.Value, b.Value), a.Value, b.Value));
    public static Real8 Min(Real8 a, Real8 b) => new(Vector256.ConditionalSelect(Vector256.LessThan(a.Value, b.Value), a.Value, b.Value));

    public static Real8 WherePositive(Real8 condition, Real8 a, Real8 b) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(condition.Value, Vector256<float>.Zero), a.Value, b.Value));

    public static Real8 WhereMinusZero(Real8 x, Real8 a, Real8 b) =>
        new(Vector256.ConditionalSelect(Vector256.Equals(x.Value.AsUInt32(), Vector256.Create(RealBits.MinusZero)).AsSingle(), a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real8 Round(Real8 x)
    {
        var half = Vector256.ConditionalSelect(Vector256.GreaterThan(x.Value, Vector256<float>.Zero), Vector256.Create(0.5f), Vector256.Create(-0.5f));
        return new(Vector256.ConvertToSingle(Vector256.ConvertToInt32Native(x.Value + half)));
    }

    public static Real8 PowerOfTwo(Real8 n) =>
        new(((Vector256.ConvertToInt32Native(n.Value) + Vector256.Create(RealBits.ExponentBias)) << RealBits.FractionBits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real8 SplitFraction(Real8 x, out Real8 exponent)
    {
        // Taking √½'s bits off first makes the carry into the exponent field fall at √½·2ᵉ instead of at 2ᵉ.
        var root = Vector256.Create(RealBits.SquareRootOfHalf);
        var bits = x.Value.AsUInt32() - root;
        exponent = new(Vector256.ConvertToSingle(bits.AsInt32() >> RealBits.FractionBits));
        return new(((bits & Vector256.Create(RealBits.Fraction)) + root).AsSingle());
    }

    public static Real8 UnitInterval(Word8 word) =>
        new((Vector256.ConvertToSingle((word.Value >> 9).AsInt32()) + Vector256.Create(0.5f)) * Vector256.Create(RealBits.TwoToMinus23));

    // Halves and bounds are below 2¹⁶, so they compare as signed numbers, which every instruction set does.
    public static Real8 WhereHalfBelow(Word8 word, int half, uint bound, Real8 a, Real8 b)
    {
        var halves = half == 0 ? word.Value & Vector256.Create(0xFFFFu) : word.Value >> 16;
        return new(Vector256.ConditionalSelect(Vector256.LessThan(halves.AsInt32(), Vector256.Create((int)bound)).AsSingle(), a.Value, b.Value));
    }
}
