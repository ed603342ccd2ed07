using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>8 words side by side, one 256-bit register.</summary>
internal readonly struct Word8(Vector256<uint> value) : IWideWord<Word8>
{
    public readonly Vector256<uint> Value = value;

    public static int Count => 8;
    public static Word8 Sequence(uint first) => new(Vector256.Create(first) + Vector256<uint>.Indices);
    public static void Store(Word8 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word8 Of(uint x) => new(Vector256.Create(x));
    public static Word8 operator +(Word8 a, Word8 b) => new(a.Value + b.Value);
    public static Word8 operator ^(Word8 a, Word8 b) => new(a.Value ^ b.Value);

    public static Word8 Multiply(Word8 a, uint constant, out Word8 high)
    {
        var lowHalf = Vector256.Create(0xFFFF_FFFFul);
        var even = MultiplyEven(a.Value, constant);
        var odd = MultiplyEven((a.Value.AsUInt64() >> 32).AsUInt32(), constant);
        high = new(((even >> 32) | (odd & ~lowHalf)).AsUInt32());
        return new(((even & lowHalf) | (odd << 32)).AsUInt32());
    }

    /// <summary>The 64-bit products of the even lanes: one instruction on x86, where a 64-bit product takes three.</summary>
    private static Vector256<ulong> MultiplyEven(Vector256<uint> a, uint constant) => Avx2.IsSupported
        ? Avx2.Multiply(a, Vector256.Create(constant))
        : (a.AsUInt64() & Vector256.Create(0xFFFF_FFFFul)) * Vector256.Create((ulong)constant);
}
