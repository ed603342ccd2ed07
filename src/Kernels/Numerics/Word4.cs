using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>4 words side by side, one 128-bit register.</summary>
internal readonly struct Word4(Vector128<uint> value) : IWideWord<Word4>
{
    public readonly Vector128<uint> Value = value;

    public static int Count => 4;
    public static Word4 Sequence(uint first) => new(Vector128.Create(first) + Vector128<uint>.Indices);
    public static void Store(Word4 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word4 Of(uint x) => new(Vector128.Create(x));
    public static Word4 operator +(Word4 a, Word4 b) => new(a.Value + b.Value);
    public static Word4 operator ^(Word4 a, Word4 b) => new(a.Value ^ b.Value);

    public static Word4 Multiply(Word4 a, uint constant, out Word4 high)
    {
        var lowHalf = Vector128.Create(0xFFFF_FFFFul);
        var even = MultiplyEven(a.Value, constant);
        var odd = MultiplyEven((a.Value.AsUInt64() >> 32).AsUInt32(), constant);
        high = new(((even >> 32) | (odd & ~lowHalf)).AsUInt32());
        return new(((even & lowHalf) | (odd << 32)).AsUInt32());
    }

    /// <summary>The 64-bit products of the even lanes: one instruction on x86, where a 64-bit product takes three.</summary>
    private static Vector128<ulong> MultiplyEven(Vector128<uint> a, uint constant) => Sse2.IsSupported
        ? Sse2.Multiply(a, Vector128.Create(constant))
        : (a.AsUInt64() & Vector128.Create(0xFFFF_FFFFul)) * Vector128.Create((ulong)constant);
}
