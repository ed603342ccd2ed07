namespace GpuCgan.Kernels.Numerics;

/// <summary>4×4 sums of products, by rows, which a lane keeps in its registers: fields, because ILGPU keeps an array there only where every index is a constant.</summary>
internal readonly struct Float4x4(Float4 row0, Float4 row1, Float4 row2, Float4 row3)
{
    public readonly Float4 Row0 = row0, Row1 = row1, Row2 = row2, Row3 = row3;

    /// <summary>sums + a·bᵀ: element (i, j) gains aᵢ·bⱼ.</summary>
    public static Float4x4 AddOuter(Float4x4 sums, Float4 a, Float4 b) => new(
        Float4.MultiplyAdd(a.X, b, sums.Row0), Float4.MultiplyAdd(a.Y, b, sums.Row1),
        Float4.MultiplyAdd(a.Z, b, sums.Row2), Float4.MultiplyAdd(a.W, b, sums.Row3));
}
