namespace GpuCgan.Kernels.Numerics;

/// <summary>Four floats in one lane of an ILGPU kernel, each with the operations and the bits of a <see cref="Real1"/>.</summary>
internal readonly struct RealQuad(Real1 x, Real1 y, Real1 z, Real1 w) : IReal<RealQuad>
{
    public readonly Real1 X = x, Y = y, Z = z, W = w;

    public RealQuad(Float4 four) : this(new(four.X), new(four.Y), new(four.Z), new(four.W))
    {
    }

    public Float4 Value => new(X.Value, Y.Value, Z.Value, W.Value);

    public static RealQuad Of(float x) => new(new(x), new(x), new(x), new(x));
    public static RealQuad operator +(RealQuad a, RealQuad b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z, a.W + b.W);
    public static RealQuad operator -(RealQuad a, RealQuad b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z, a.W - b.W);
    public static RealQuad operator *(RealQuad a, RealQuad b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z, a.W * b.W);
    public static RealQuad operator /(RealQuad a, RealQuad b) => new(a.X / b.X, a.Y / b.Y, a.Z / b.Z, a.W / b.W);
    public static RealQuad operator -(RealQuad a) => new(-a.X, -a.Y, -a.Z, -a.W);
    public static RealQuad Abs(RealQuad x) => new(Real1.Abs(x.X), Real1.Abs(x.Y), Real1.Abs(x.Z), Real1.Abs(x.W));
    public static RealQuad Sqrt(RealQuad x) => new(Real1.Sqrt(x.X), Real1.Sqrt(x.Y), Real1.Sqrt(x.Z), Real1.Sqrt(x.W));
    public static RealQuad Max(RealQuad a, RealQuad b) => new(Real1.Max(a.X, b.X), Real1.Max(a.Y, b.Y), Real1.Max(a.Z, b.Z), Real1.Max(a.W, b.W));
    public static RealQuad Min(RealQuad a, RealQuad b) => new(Real1.Min(a.X, b.X), Real1.Min(a.Y, b.Y), Real1.Min(a.Z, b.Z), Real1.Min(a.W, b.W));

    public static RealQuad WherePositive(RealQuad condition, RealQuad a, RealQuad b) => new(
        Real1.WherePositive(condition.X, a.X, b.X), Real1.WherePositive(condition.Y, a.Y, b.Y),
        Real1.WherePositive(condition.Z, a.Z, b.Z), Real1.WherePositive(condition.W, a.W, b.W));

    public static RealQuad WhereMinusZero(RealQuad x, RealQuad a, RealQuad b) => new(
        Real1.WhereMinusZero(x.X, a.X, b.X), Real1.WhereMinusZero(x.Y, a.Y, b.Y), Real1.WhereMinusZero(x.Z, a.Z, b.Z), Real1.WhereMinusZero(x.W, a.W, b.W));

    public static RealQuad Round(RealQuad x) => new(Real1.Round(x.X), Real1.Round(x.Y), Real1.Round(x.Z), Real1.Round(x.W));

    public static RealQuad PowerOfTwo(RealQuad n) => new(Real1.PowerOfTwo(n.X), Real1.PowerOfTwo(n.Y), Real1.PowerOfTwo(n.Z), Real1.PowerOfTwo(n.W));

    public static RealQuad SplitFraction(RealQuad x, out RealQuad exponent)
    {
        Real1 x0 = Real1.SplitFraction(x.X, out var e0), x1 = Real1.SplitFraction(x.Y, out var e1);
        Real1 x2 = Real1.SplitFraction(x.Z, out var e2), x3 = Real1.SplitFraction(x.W, out var e3);
        exponent = new(e0, e1, e2, e3);
        return new(x0, x1, x2, x3);
    }
}
