namespace ILGPU;

/// <summary>What can index a grid of elements.</summary>
public interface IIndex
{
    /// <summary>The number of elements of a grid with this extent.</summary>
    long Size { get; }
}

/// <summary>An index that can be compared with an extent of its own type.</summary>
public interface IGenericIndex<TIndex> : IIndex, IEquatable<TIndex>
    where TIndex : struct, IIndex
{
    bool InBounds(TIndex dimension);

    bool InBoundsInclusive(TIndex dimension);

    TIndex Add(TIndex rhs);

    TIndex Subtract(TIndex rhs);
}
