using System.Runtime.CompilerServices;
using ILGPU;

namespace GpuCgan.Kernels.Numerics;

/// <summary>One float: what a formula sees inside an ILGPU kernel, and at the tail of a wide loop.</summary>
internal readonly struct Real1(float value) : IWide<Real1>, IReal<Real1, Word1>
{
    public readonly float Value = value;

    public static int Count => 1;
    public static Real1 Load(ref float source, nuint offset) => new(Unsafe.Add(ref source, offset));
    public static Real1 LoadBytes(ref byte source, nuint offset) => new(Unsafe.Add(ref source, offset));
    public static void Store(Real1 x, ref float target, nuint offset) => Unsafe.Add(ref target, offset) = x.Value;
    public static Real1 MultiplyAdd(Real1 a, Real1 b, Real1 c) => new(float.MultiplyAddEstimate(a.Value, b.Value, c.Value));

    public static Real1 Of(float x) => new(x);
    public static Real1 operator +(Real1 a, Real1 b) => new(a.Value + b.Value);
    public static Real1 operator -(Real1 a, Real1 b) => new(a.Value - b.Value);
    public static Real1 operator *(Real1 a, Real1 b) => new(a.Value * b.Value);
    public static Real1 operator /(Real1 a, Real1 b) => new(a.Value / b.Value);
    public static Real1 operator -(Real1 a) => new(-a.Value);
    public static Real1 Abs(Real1 x) => new(MathF.Abs(x.Value));
    public static Real1 Sqrt(Real1 x) => new(MathF.Sqrt(x.Value));

    // b stands first: ILGPU 1.5.3 moves a constant on the left of a comparison to the right, and makes of it a comparison that a NaN passes. Constants are the a of every call.
    public static Real1 Max(Real1 a, Real1 b) => new(b.Value < a.Value ? a.Value : b.Value);
    public static Real1 Min(Real1 a, Real1 b) => new(b.Value > a.Value ? a.Value : b.Value);

    public static Real1 WherePositive(Real1 condition, Real1 a, Real1 b) => new(condition.Value > 0 ? a.Value : b.Value);
    public static Real1 WhereMinusZero(Real1 x, Real1 a, Real1 b) => new(Interop.FloatAsInt(x.Value) == RealBits.MinusZero ? a.Value : b.Value);
    public static Real1 Round(Real1 x) => new((int)(x.Value + (x.Value > 0 ? 0.5f : -0.5f)));

    public static Real1 PowerOfTwo(Real1 n) =>
        new(Interop.IntAsFloat((uint)((int)n.Value + RealBits.ExponentBias) << RealBits.FractionBits));

    public static Real1 SplitFraction(Real1 x, out Real1 exponent)
    {
        // Taking √½'s bits off first makes the carry into the exponent field fall at √½·2ᵉ instead of at 2ᵉ.
        uint bits = Interop.FloatAsInt(x.Value) - RealBits.SquareRootOfHalf;
        exponent = new((int)bits >> RealBits.FractionBits);
        return new(Interop.IntAsFloat((bits & RealBits.Fraction) + RealBits.SquareRootOfHalf));
    }

    // Below 2²³, so an int: a uint becomes a float by way of a double, which a GPU is slow at.
    public static Real1 UnitInterval(Word1 word) => new(((int)(word.Value >> 9) + 0.5f) * RealBits.TwoToMinus23);

    public static Real1 WhereHalfBelow(Word1 word, int half, uint bound, Real1 a, Real1 b) => new((word.Value >> 16 * half & 0xFFFF) < bound ? a.Value : b.Value);
}
