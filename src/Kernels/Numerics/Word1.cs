namespace GpuCgan.Kernels.Numerics;

/// <summary>One 32-bit word: what a counter-based generator sees inside an ILGPU kernel.</summary>
internal readonly struct Word1(uint value) : IWord<Word1>
{
    public readonly uint Value = value;

    public static Word1 Of(uint x) => new(x);
    public static Word1 operator +(Word1 a, Word1 b) => new(a.Value + b.Value);
    public static Word1 operator ^(Word1 a, Word1 b) => new(a.Value ^ b.Value);
    public static Word1 Xor(Word1 a, Word1 b, Word1 c) => new(a.Value ^ b.Value ^ c.Value);

    public static Word1 Multiply(Word1 a, uint constant, out Word1 high)
    {
        ulong product = (ulong)a.Value * constant;
        high = new((uint)(product >> 32));
        return new((uint)product);
    }
}
