using ILGPU.Runtime;

namespace ILGPU;

/// <summary>A window into a buffer.</summary>
public interface IArrayView
{
    MemoryBuffer Buffer { get; }

    /// <summary>There is a buffer and at least one element.</summary>
    bool IsValid { get; }

    /// <summary>In elements.</summary>
    long Length { get; }

    /// <summary>In bytes.</summary>
    int ElementSize { get; }

    long LengthInBytes { get; }
}

/// <summary>A window whose elements lie one behind the other.</summary>
public interface IContiguousArrayView : IArrayView
{
    /// <summary>Where in the buffer the window begins, in elements of the view's type.</summary>
    long Index { get; }

    long IndexInBytes { get; }

    ArrayView<byte> AsRawArrayView();
}

/// <inheritdoc cref="IArrayView"/>
public interface IArrayView<T> : IArrayView
    where T : unmanaged;

/// <inheritdoc cref="IContiguousArrayView"/>
public interface IContiguousArrayView<T> : IArrayView<T>, IContiguousArrayView
    where T : unmanaged;
