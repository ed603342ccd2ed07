using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// 16 words side by side, in two 512-bit registers: words 0, 2, … and words 1, 3, …, each the low half of a 64-bit lane. What lies
/// above it is of no consequence. So a product is one instruction a register, and its low word is that product as it stands: a Philox round takes
/// half the instructions that packed words would.
/// </summary>
internal readonly struct Word16 : IWideWord<Word16>
{
    private readonly Vector512<ulong> _even;
    private readonly Vector512<ulong> _odd;

    private Word16(Vector512<ulong> even, Vector512<ulong> odd)
    {
        _even = even;
        _odd = odd;
    }

    /// <summary>The words, packed in their order.</summary>
    public Vector512<uint> Value => ((_even & Vector512.Create(0xFFFF_FFFFul)) | (_odd << 32)).AsUInt32();

    public static int Count => 16;
    public static Word16 Of(uint x) => new(Vector512.Create((ulong)x), Vector512.Create((ulong)x));
    public static void Store(Word16 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word16 Sequence(uint first)
    {
        var words = (Vector512.Create(first) + Vector512<uint>.Indices).AsUInt64();
        return new(words, words >> 32);
    }

    public static Word16 operator +(Word16 a, Word16 b) => new(a._even + b._even, a._odd + b._odd);
    public static Word16 operator ^(Word16 a, Word16 b) => new(a._even ^ b._even, a._odd ^ b._odd);
    public static Word16 Xor(Word16 a, Word16 b, Word16 c) => new(a._even ^ b._even ^ c._even, a._odd ^ b._odd ^ c._odd);

    public static Word16 Multiply(Word16 a, uint constant, out Word16 high)
    {
        var even = MultiplyLow(a._even, constant);
        var odd = MultiplyLow(a._odd, constant);
        high = new(even >> 32, odd >> 32);
        return new(even, odd);
    }

    /// <summary>The 64-bit products of the low halves: one instruction on x86, where a 64-bit product takes three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> MultiplyLow(Vector512<ulong> a, uint constant) => Avx512F.IsSupported
        ? Avx512F.Multiply(a.AsUInt32(), Vector512.Create(constant))
        : (a & Vector512.Create(0xFFFF_FFFFul)) * Vector512.Create((ulong)constant);

    /// <summary>With each word the low half of a 64-bit lane a square of four is two of such pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(ref Word16 x0, ref Word16 x1, ref Word16 x2, ref Word16 x3)
    {
        Word16 y0 = new(Low(x0._even, x2._even), Low(x1._even, x3._even)), y1 = new(Low(x0._odd, x2._odd), Low(x1._odd, x3._odd));
        Word16 y2 = new(High(x0._even, x2._even), High(x1._even, x3._even)), y3 = new(High(x0._odd, x2._odd), High(x1._odd, x3._odd));
        (x0, x1, x2, x3) = (y0, y1, y2, y3);
    }

    /// <summary>The lower lanes of both in each 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Low(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.IsSupported
        ? Avx512F.UnpackLow(a, b)
        : Vector512.Create(Word8.Low(a.GetLower(), b.GetLower()), Word8.Low(a.GetUpper(), b.GetUpper()));

    /// <summary>The upper lanes of both in each 128 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> High(Vector512<ulong> a, Vector512<ulong> b) => Avx512F.IsSupported
        ? Avx512F.UnpackHigh(a, b)
        : Vector512.Create(Word8.High(a.GetLower(), b.GetLower()), Word8.High(a.GetUpper(), b.GetUpper()));
}
