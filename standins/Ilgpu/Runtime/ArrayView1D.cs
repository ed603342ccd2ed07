using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ILGPU.Runtime;

/// <summary>An <see cref="ArrayView{T}"/> with an extent and a stride. With <see cref="Stride1D.Dense"/> it converts to and from one.</summary>
public readonly struct ArrayView1D<T, TStride>(ArrayView<T> baseView, LongIndex1D extent, TStride stride) : IArrayView<T>
    where T : unmanaged
    where TStride : struct, IStride1D
{
    public static readonly int ElementSize = ArrayView<T>.ElementSize;

    public static readonly ArrayView1D<T, TStride> Empty = GetEmpty(default);

    public ArrayView<T> BaseView { get; } = baseView;

    public LongIndex1D Extent { get; } = extent;

    public Index1D IntExtent => Extent.ToIntIndex();

    public TStride Stride { get; } = stride;

    public bool IsValid => BaseView.IsValid;

    /// <summary>The number of elements from the first to the last, those between neighbours included.</summary>
    public long Length => Extent.X == 0 ? 0 : (Extent.X - 1) * Stride.XStride + 1;

    /// <exception cref="OverflowException">The view has more than <see cref="int.MaxValue"/> elements.</exception>
    public int IntLength => checked((int)Length);

    public long LengthInBytes => Length * ElementSize;

    MemoryBuffer IArrayView.Buffer => BaseView.Buffer;

    int IArrayView.ElementSize => ElementSize;

    /// <exception cref="IndexOutOfRangeException">The index is not in [0, Extent).</exception>
    public ref T this[Index1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[ComputeLinearIndex(index.X)];
    }

    /// <inheritdoc cref="this[Index1D]"/>
    public ref T this[LongIndex1D index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref BaseView[ComputeLinearIndex(index)];
    }

    public static ArrayView1D<T, TStride> GetEmpty(TStride stride) => new(ArrayView<T>.Empty, LongIndex1D.Zero, stride);

    /// <summary>The window of <paramref name="extent"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The window leaves the view.</exception>
    public ArrayView1D<T, TStride> SubView(Index1D index, Index1D extent) => SubView(index.ToLongIndex(), extent.ToLongIndex());

    /// <inheritdoc cref="SubView(Index1D, Index1D)"/>
    public ArrayView1D<T, TStride> SubView(LongIndex1D index, LongIndex1D extent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extent.X, nameof(extent));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index.X, Extent.X - extent.X, nameof(index));
        long length = extent.X == 0 ? 0 : (extent.X - 1) * Stride.XStride + 1;
        return new(BaseView.SubView(index.X * Stride.XStride, length), extent, Stride);
    }

    public ArrayView<T> AsContiguous() => BaseView;

    /// <exception cref="InvalidOperationException">Neighbours do not touch.</exception>
    public ArrayView1D<T, Stride1D.Dense> AsDense() =>
        Stride.XStride == 1 ? new(BaseView, Extent, default) : throw new InvalidOperationException("The view's stride is not 1.");

    public override string ToString() => BaseView.ToString();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ComputeLinearIndex(LongIndex1D index)
    {
        if (!index.InBounds(Extent))
            ThrowIndex(index.X);
        return index.X * Stride.XStride;
    }

    [DoesNotReturn]
    private void ThrowIndex(long index) =>
        throw new IndexOutOfRangeException($"Index {index} is outside the view of {Extent.X} elements of {typeof(T).Name}.");
}
