namespace GpuCgan.Kernels.Numerics;

/// <summary>
/// 32-bit unsigned words that a counter-based generator can be written over: one in an ILGPU kernel (<see cref="Word1"/>), or
/// a vector of them in a wide twin. All arithmetic is modulo 2³².
/// </summary>
internal interface IWord<T> where T : struct, IWord<T>
{
    static abstract T Of(uint x);

    static abstract T operator +(T a, T b);
    static abstract T operator ^(T a, T b);

    /// <summary>a ^ b ^ c, written as one expression: the JIT makes one instruction of it on AVX-512.</summary>
    static abstract T Xor(T a, T b, T c);

    /// <summary>The low and the high word of the 64-bit product of each lane and a constant.</summary>
    static abstract T Multiply(T a, uint constant, out T high);
}
