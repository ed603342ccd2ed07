using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// 4 words side by side, in two 128-bit registers: words 0, 2, … and words 1, 3, …, each the low half of a 64-bit lane. What lies
/// above it is of no consequence. So a product is one instruction a register, and its low word is that product as it stands: a Philox round takes
/// half the instructions that packed words would.
/// </summary>
internal readonly struct Word4 : IWideWord<Word4>
{
    private readonly Vector128<ulong> _even;
    private readonly Vector128<ulong> _odd;

    private Word4(Vector128<ulong> even, Vector128<ulong> odd)
    {
        _even = even;
        _odd = odd;
    }

    /// <summary>The words, packed in their order.</summary>
    public Vector128<uint> Value => ((_even & Vector128.Create(0xFFFF_FFFFul)) | (_odd << 32)).AsUInt32();

    public static int Count => 4;
    public static Word4 Of(uint x) => new(Vector128.Create((ulong)x), Vector128.Create((ulong)x));
    public static void Store(Word4 x, ref uint target, nuint offset) => x.Value.StoreUnsafe(ref target, offset);

    public static Word4 Sequence(uint first)
    {
        var words = (Vector128.Create(first) + Vector128<uint>.Indices).AsUInt64();
        return new(words, words >> 32);
    }

    public static Word4 operator +(Word4 a, Word4 b) => new(a._even + b._even, a._odd + b._odd);
    public static Word4 operator ^(Word4 a, Word4 b) => new(a._even ^ b._even, a._odd ^ b._odd);
    public static Word4 Xor(Word4 a, Word4 b, Word4 c) => new(a._even ^ b._even ^ c._even, a._odd ^ b._odd ^ c._odd);

    public static Word4 Multiply(Word4 a, uint constant, out Word4 high)
    {
        var even = MultiplyLow(a._even, constant);
        var odd = MultiplyLow(a._odd, constant);
        high = new(even >> 32, odd >> 32);
        return new(even, odd);
    }

    /// <summary>The 64-bit products of the low halves: one instruction on x86, where a 64-bit product takes three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MultiplyLow(Vector128<ulong> a, uint constant) => Sse2.IsSupported
        ? Sse2.Multiply(a.AsUInt32(), Vector128.Create(constant))
        : (a & Vector128.Create(0xFFFF_FFFFul)) * Vector128.Create((ulong)constant);

    /// <summary>With each word the low half of a 64-bit lane a square of four is two of such pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Turn(ref Word4 x0, ref Word4 x1, ref Word4 x2, ref Word4 x3)
    {
        Word4 y0 = new(Low(x0._even, x2._even), Low(x1._even, x3._even)), y1 = new(Low(x0._odd, x2._odd), Low(x1._odd, x3._odd));
        Word4 y2 = new(High(x0._even, x2._even), High(x1._even, x3._even)), y3 = new(High(x0._odd, x2._odd), High(x1._odd, x3._odd));
        (x0, x1, x2, x3) = (y0, y1, y2, y3);
    }

    /// <summary>The lower lanes of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> Low(Vector128<ulong> a, Vector128<ulong> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0]);

    /// <summary>The upper lanes of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<ulong> High(Vector128<ulong> a, Vector128<ulong> b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[1], b[1]);
}
