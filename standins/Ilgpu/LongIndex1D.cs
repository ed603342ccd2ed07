namespace ILGPU;

/// <summary>A 64-bit index or extent of one dimension; interchangeable with <see cref="long"/>.</summary>
public readonly struct LongIndex1D(long x) : IGenericIndex<LongIndex1D>
{
    public static readonly LongIndex1D Invalid = new(-1);
    public static readonly LongIndex1D Zero = new(0);
    public static readonly LongIndex1D One = new(1);

    public long X { get; } = x;

    public bool IsFirst => X == 0;

    public long Size => X;

    public static implicit operator LongIndex1D(long idx) => new(idx);

    public static implicit operator long(LongIndex1D idx) => idx.X;

    public static explicit operator ulong(LongIndex1D idx) => (ulong)idx.X;

    /// <exception cref="OverflowException">The index does not fit 32 bits.</exception>
    public static explicit operator Index1D(LongIndex1D index) => index.ToIntIndex();

    public static LongIndex1D operator +(LongIndex1D first, LongIndex1D second) => new(first.X + second.X);

    public static LongIndex1D operator -(LongIndex1D first, LongIndex1D second) => new(first.X - second.X);

    public static LongIndex1D operator *(LongIndex1D first, LongIndex1D second) => new(first.X * second.X);

    public static LongIndex1D operator /(LongIndex1D first, LongIndex1D second) => new(first.X / second.X);

    public static bool operator ==(LongIndex1D first, LongIndex1D second) => first.X == second.X;

    public static bool operator !=(LongIndex1D first, LongIndex1D second) => first.X != second.X;

    public bool InBounds(LongIndex1D dimension) => X >= 0 && X < dimension.X;

    public bool InBoundsInclusive(LongIndex1D dimension) => X >= 0 && X <= dimension.X;

    public LongIndex1D Add(LongIndex1D rhs) => this + rhs;

    public LongIndex1D Subtract(LongIndex1D rhs) => this - rhs;

    /// <exception cref="OverflowException">The index does not fit 32 bits.</exception>
    public Index1D ToIntIndex() => new(checked((int)X));

    public bool Equals(LongIndex1D other) => this == other;

    public override bool Equals(object? obj) => obj is LongIndex1D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X);

    public override string ToString() => $"({X})";
}
