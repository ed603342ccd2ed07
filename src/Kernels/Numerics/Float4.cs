using System.Runtime.InteropServices;

namespace GpuCgan.Kernels.Numerics;

/// <summary>Four neighbouring floats, which a kernel loads and stores with one instruction of 128 bits where they are aligned to it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Float4(float x, float y, float z, float w)
{
    public readonly float X = x, Y = y, Z = z, W = w;

    public static Float4 operator +(Float4 a, Float4 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);

    /// <summary>sum + a·b, element by element.</summary>
    public static Float4 MultiplyAdd(float a, Float4 b, Float4 sum) => new(sum.X + a * b.X, sum.Y + a * b.Y, sum.Z + a * b.Z, sum.W + a * b.W);
}
