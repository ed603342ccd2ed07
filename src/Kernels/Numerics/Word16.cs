using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>16 words side by side, one 512-bit register.</summary>
internal readonly struct Word16(Vector512<uint> value) : IWideWord<Word16>
{
    public readonly Vector512<uint> Value = value;

    public static int Count => 16;
    public static Word16 Sequence(uint first) => new(Vector512.Create(first) + Vector512<uint>.Indices);
    public static void Store(Word16 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word16 Of(uint x) => new(Vector512.Create(x));
    public static Word16 operator +(Word16 a, Word16 b) => new(a.Value + b.Value);
    public static Word16 operator ^(Word16 a, Word16 b) => new(a.Value ^ b.Value);

    public static Word16 Multiply(Word16 a, uint constant, out Word16 high)
    {
        var lowHalf = Vector512.Create(0xFFFF_FFFFul);
        var even = MultiplyEven(a.Value, constant);
        var odd = MultiplyEven((a.Value.AsUInt64() >> 32).AsUInt32(), constant);
        high = new(((even >> 32) | (odd & ~lowHalf)).AsUInt32());
        return new(((even & lowHalf) | (odd << 32)).AsUInt32());
    }

    /// <summary>The 64-bit products of the even lanes: one instruction on x86, where a 64-bit product takes three.</summary>
    private static Vector512<ulong> MultiplyEven(Vector512<uint> a, uint constant) => Avx512F.IsSupported
        ? Avx512F.Multiply(a, Vector512.Create(constant))
        : (a.AsUInt64() & Vector512.Create(0xFFFF_FFFFul)) * Vector512.Create((ulong)constant);
}
