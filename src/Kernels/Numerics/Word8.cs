using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// 8 words side by side, in two 256-bit registers: words 0, 2, … and words 1, 3, …, each the low half of a 64-bit lane. What lies
/// above it is of no consequence. So a product is one instruction a register, and its low word is that product as it stands: a Philox round takes
/// half the instructions that packed words would.
/// </summary>
internal readonly struct Word8 : IWideWord<Word8>
{
    private readonly Vector256<ulong> _even;
    private readonly Vector256<ulong> _odd;

    private Word8(Vector256<ulong> even, Vector256<ulong> odd)
    {
        _even = even;
        _odd = odd;
    }

    /// <summary>The words, packed in their order.</summary>
    public Vector256<uint> Value => ((_even & Vector256.Create(0xFFFF_FFFFul)) | (_odd << 32)).AsUInt32();

    public static int Count => 8;
    public static Word8 Of(uint x) => new(Vector256.Create((ulong)x), Vector256.Create((ulong)x));
    public static void Store(Word8 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word8 Sequence(uint first)
    {
        var words = (Vector256.Create(first) + Vector256<uint>.Indices).AsUInt64();
        return new(words, words >> 32);
    }

    public static Word8 operator +(Word8 a, Word8 b) => new(a._even + b._even, a._odd + b._odd);
    public static Word8 operator ^(Word8 a, Word8 b) => new(a._even ^ b._even, a._odd ^ b._odd);
    public static Word8 Xor(Word8 a, Word8 b, Word8 c) => new(a._even ^ b._even ^ c._even, a._odd ^ b._odd ^ c._odd);

    public static Word8 Multiply(Word8 a, uint constant, out Word8 high)
    {
        var even = MultiplyLow(a._even, constant);
        var odd = MultiplyLow(a._odd, constant);
        high = new(even >> 32, odd >> 32);
        return new(even, odd);
    }

    /// <summary>The 64-bit products of the low halves: one instruction on x86, where a 64-bit product takes three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MultiplyLow(Vector256<ulong> a, uint constant) => Avx2.IsSupported
        ? Avx2.Multiply(a.AsUInt32(), Vector256.Create(constant))
        : (a & Vector256.Create(0xFFFF_FFFFul)) * Vector256.Create((ulong)constant);

    /// <summary>With each word the low half of a 64-bit lane a square of four is two of such pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(ref Word8 x0, ref Word8 x1, ref Word8 x2, ref Word8 x3)
    {
        Word8 y0 = new(Low(x0._even, x2._even), Low(x1._even, x3._even)), y1 = new(Low(x0._odd, x2._odd), Low(x1._odd, x3._odd));
        Word8 y2 = new(High(x0._even, x2._even), High(x1._even, x3._even)), y3 = new(High(x0._odd, x2._odd), High(x1._odd, x3._odd));
        (x0, x1, x2, x3) = (y0, y1, y2, y3);
    }

    /// <summary>The lower lanes of both in each 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> Low(Vector256<ulong> a, Vector256<ulong> b) => Avx2.IsSupported
        ? Avx2.UnpackLow(a, b)
        : Vector256.Create(Word4.Low(a.GetLower(), b.GetLower()), Word4.Low(a.GetUpper(), b.GetUpper()));

    /// <summary>The upper lanes of both in each 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> High(Vector256<ulong> a, Vector256<ulong> b) => Avx2.IsSupported
        ? Avx2.UnpackHigh(a, b)
        : Vector256.Create(Word4.High(a.GetLower(), b.GetLower()), Word4.High(a.GetUpper(), b.GetUpper()));
}
