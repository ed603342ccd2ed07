namespace SkiaSharp;

/// <summary>A point; x grows to the right and y downwards.</summary>
public struct SKPoint : IEquatable<SKPoint>
{
    public static readonly SKPoint Empty;

    public SKPoint(float x, float y)
    {
        X = x;
        Y = y;
    }

    public float X { readonly get; set; }

    public float Y { readonly get; set; }

    public static SKPoint operator +(SKPoint pt, SKPoint sz) => new(pt.X + sz.X, pt.Y + sz.Y);

    public static SKPoint operator -(SKPoint pt, SKPoint sz) => new(pt.X - sz.X, pt.Y - sz.Y);

    public static bool operator ==(SKPoint left, SKPoint right) => left.Equals(right);

    public static bool operator !=(SKPoint left, SKPoint right) => !left.Equals(right);

    public readonly bool Equals(SKPoint obj) => X == obj.X && Y == obj.Y;

    public override readonly bool Equals(object? obj) => obj is SKPoint p && Equals(p);

    public override readonly int GetHashCode() => HashCode.Combine(X, Y);
}
