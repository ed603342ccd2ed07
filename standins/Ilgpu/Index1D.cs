namespace ILGPU;

/// <summary>A 32-bit index or extent of one dimension; interchangeable with <see cref="int"/>.</summary>
public readonly struct Index1D(int x) : IGenericIndex<Index1D>
{
    public static readonly Index1D Invalid = new(-1);
    public static readonly Index1D Zero = new(0);
    public static readonly Index1D One = new(1);

    public int X { get; } = x;

    public bool IsFirst => X == 0;

    public long LongSize => (long)X;

    /// <summary>The number of elements: X itself.</summary>
    public int Size => checked((int)LongSize);

    long IIndex.Size => LongSize;

    public static implicit operator Index1D(int idx) => new(idx);

    public static implicit operator int(Index1D idx) => idx.X;

    public static explicit operator uint(Index1D idx) => (uint)idx.X;

    public static implicit operator LongIndex1D(Index1D index) => new(index.X);

    public static Index1D operator +(Index1D first, Index1D second) => new(first.X + second.X);

    public static Index1D operator -(Index1D first, Index1D second) => new(first.X - second.X);

    public static Index1D operator *(Index1D first, Index1D second) => new(first.X * second.X);

    public static Index1D operator /(Index1D first, Index1D second) => new(first.X / second.X);

    public static bool operator ==(Index1D first, Index1D second) => first.X == second.X;

    public static bool operator !=(Index1D first, Index1D second) => !(first == second);

    public static Index1D Add(Index1D first, Index1D second) => first + second;

    public static Index1D Subtract(Index1D first, Index1D second) => first - second;

    public static Index1D Multiply(Index1D first, Index1D second) => first * second;

    public static Index1D Divide(Index1D first, Index1D second) => first / second;

    public static Index1D Min(Index1D first, Index1D second) => new(Math.Min(first.X, second.X));

    public static Index1D Max(Index1D first, Index1D second) => new(Math.Max(first.X, second.X));

    public static Index1D Clamp(Index1D value, Index1D min, Index1D max) => Max(min, Min(max, value));

    /// <summary>Every coordinate is at least 0 and below that of <paramref name="dimension"/>.</summary>
    public bool InBounds(Index1D dimension) => X >= 0 && X < dimension.X;

    public bool InBoundsInclusive(Index1D dimension) => X >= 0 && X <= dimension.X;

    public Index1D Add(Index1D rhs) => this + rhs;

    public Index1D Subtract(Index1D rhs) => this - rhs;

    public LongIndex1D ToLongIndex() => new(X);

    public bool Equals(Index1D other) => this == other;

    public override bool Equals(object? obj) => obj is Index1D other && this == other;

    public override int GetHashCode() => HashCode.Combine(X);

    public override string ToString() => $"({X})";
}
