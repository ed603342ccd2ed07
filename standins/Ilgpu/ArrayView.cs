using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>
/// A window of <see cref="Length"/> elements into a <see cref="MemoryBuffer"/>, borrowed: whoever allocated the buffer disposes it,
/// and no view of it may be touched afterwards.
/// </summary>
/// <remarks>
/// Every access is checked against the length, whatever the context's options: the package's CPU accelerator does so too, and ends
/// the process where this throws. The reference to the buffer keeps the struct from satisfying `unmanaged`, as the package's does not.
/// </remarks>
public readonly unsafe struct ArrayView<T> : IContiguousArrayView<T>
    where T : unmanaged
{
    public static readonly int ElementSize = sizeof(T);

    public static readonly ArrayView<T> Empty;

    private readonly MemoryBuffer? buffer;
    private readonly T* first;

    /// <summary>The window of <paramref name="length"/> elements from element <paramref name="index"/> on.</summary>
    public ArrayView(MemoryBuffer source, long index, long length)
        : this(source, (T*)source.NativePtr + index, length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
    }

    internal ArrayView(MemoryBuffer? buffer, T* first, long length)
    {
        this.buffer = buffer;
        this.first = first;
        Length = length;
    }

    public bool IsValid => buffer is not null && Length > 0;

    public long Length { get; }

    /// <exception cref="OverflowException">The view has more than <see cref="int.MaxValue"/> elements.</exception>
    public int IntLength => checked((int)Length);

    public long LengthInBytes => Length * sizeof(T);

    public LongIndex1D Extent => new(Length);

    public Index1D IntExtent => new(IntLength);

    public Stride1D.Dense Stride => default;

    MemoryBuffer IArrayView.Buffer => buffer!;

    int IArrayView.ElementSize => sizeof(T);

    long IContiguousArrayView.Index => Index;

    long IContiguousArrayView.IndexInBytes => Index * sizeof(T);

    internal MemoryBuffer Buffer => buffer!;

    internal T* Pointer => first;

    private long Index => buffer is null ? 0 : first - (T*)buffer.NativePtr;

    /// <exception cref="IndexOutOfRangeException">The index is not in [0, Length).</exception>
    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)(long)index >= (ulong)Length)
                ThrowIndex(index);
            return ref first[index];
        }
    }

    /// <inheritdoc cref="this[int]"/>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((ulong)index >= (ulong)Length)
                ThrowIndex(index);
            return ref first[index];
        }
    }

    /// <inheritdoc cref="this[int]"/>
    public ref T this[Index1D index] => ref this[index.X];

    /// <inheritdoc cref="this[int]"/>
    public ref T this[LongIndex1D index] => ref this[index.X];

    public static implicit operator ArrayView1D<T, Stride1D.Dense>(ArrayView<T> view) => new(view, view.Extent, default);

    public static implicit operator ArrayView<T>(ArrayView1D<T, Stride1D.Dense> view) => view.BaseView.SubView(0, view.Length);

    /// <summary>The elements from <paramref name="index"/> to the end.</summary>
    /// <inheritdoc cref="SubView(long, long)"/>
    public ArrayView<T> SubView(long index) => SubView(index, Length - index);

    /// <inheritdoc cref="SubView(long, long)"/>
    public ArrayView<T> SubView(int index, int subViewLength) => SubView((long)index, subViewLength);

    /// <summary>The <paramref name="subViewLength"/> elements from <paramref name="index"/> on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The window leaves the view. As in the package it must begin at an element, even if it is empty: only an empty view has an
    /// empty window at its end.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ArrayView<T> SubView(long index, long subViewLength)
    {
        if (((ulong)index >= (ulong)Length && (index != 0 || Length != 0)) || subViewLength < 0 || subViewLength > Length - index)
            ThrowSubView(index, subViewLength);
        return new(buffer, first + index, subViewLength);
    }

    /// <summary>The same bytes as elements of another type. Bytes behind the last whole element are left out.</summary>
    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged =>
        new(buffer, (TOther*)first, LengthInBytes / sizeof(TOther));

    ArrayView<byte> IContiguousArrayView.AsRawArrayView() => new(buffer, (byte*)first, LengthInBytes);

    public override string ToString() => $"{Index} [{Length}]";

    [DoesNotReturn]
    private void ThrowIndex(long index) =>
        throw new IndexOutOfRangeException($"Index {index} is outside the view of {Length} elements of {typeof(T).Name}.");

    [DoesNotReturn]
    private void ThrowSubView(long index, long subViewLength) =>
        throw new ArgumentOutOfRangeException(
            nameof(index), $"A window of {subViewLength} elements from {index} on leaves the view of {Length} elements of {typeof(T).Name}.");
}
