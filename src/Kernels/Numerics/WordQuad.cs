namespace GpuCgan.Kernels.Numerics;

/// <summary>Four 32-bit words in one lane of an ILGPU kernel: four independent chains, where one would wait for itself in every operation.</summary>
internal readonly struct WordQuad(uint x, uint y, uint z, uint w) : IWord<WordQuad>
{
    public readonly uint X = x, Y = y, Z = z, W = w;

    public static WordQuad Of(uint x) => new(x, x, x, x);
    public static WordQuad operator +(WordQuad a, WordQuad b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);
    public static WordQuad operator ^(WordQuad a, WordQuad b) => new(a.X ^ b.X, a.Y ^ b.Y, a.Z ^ b.Z, a.W ^ b.W);
    public static WordQuad Xor(WordQuad a, WordQuad b, WordQuad c) => new(a.X ^ b.X ^ c.X, a.Y ^ b.Y ^ c.Y, a.Z ^ b.Z ^ c.Z, a.W ^ b.W ^ c.W);

    public static WordQuad Multiply(WordQuad a, uint constant, out WordQuad high)
    {
        ulong x = (ulong)a.X * constant, y = (ulong)a.Y * constant, z = (ulong)a.Z * constant, w = (ulong)a.W * constant;
        high = new((uint)(x >> 32), (uint)(y >> 32), (uint)(z >> 32), (uint)(w >> 32));
        return new((uint)x, (uint)y, (uint)z, (uint)w);
    }
}
