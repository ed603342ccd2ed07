namespace ILGPU.Runtime;

/// <content>
/// Copies between buffers, and to and from the host. They are done when they return, with every stream. What does not fit throws
/// <see cref="ArgumentOutOfRangeException"/>; the package checks against the buffer's end alone, so that a copy too long for a
/// sub-view runs on into its neighbour there.
/// </content>
public static unsafe partial class ArrayViewExtensions
{
    public static void CopyTo<TView>(this TView source, in TView target)
        where TView : IContiguousArrayView =>
        source.CopyTo(source.GetDefaultStream(), target);

    /// <summary>Copies as much as <paramref name="target"/> holds.</summary>
    public static void CopyTo<TView>(this TView source, AcceleratorStream stream, in TView target)
        where TView : IContiguousArrayView =>
        Copy(stream, source.AsRawArrayView(), target.AsRawArrayView(), target.LengthInBytes);

    public static void CopyFrom<TView>(this TView target, in TView source)
        where TView : IContiguousArrayView =>
        target.CopyFrom(target.GetDefaultStream(), source);

    /// <summary>Copies all of <paramref name="source"/>.</summary>
    public static void CopyFrom<TView>(this TView target, AcceleratorStream stream, in TView source)
        where TView : IContiguousArrayView =>
        Copy(stream, source.AsRawArrayView(), target.AsRawArrayView(), source.LengthInBytes);

    public static void CopyTo<T>(this ArrayView1D<T, Stride1D.Dense> source, ArrayView1D<T, Stride1D.Dense> target)
        where T : unmanaged =>
        source.BaseView.CopyTo(target.BaseView);

    public static void CopyTo<T>(
        this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, in ArrayView1D<T, Stride1D.Dense> target)
        where T : unmanaged =>
        source.BaseView.CopyTo(stream, target.BaseView);

    public static void CopyFrom<T>(this ArrayView1D<T, Stride1D.Dense> target, in ArrayView1D<T, Stride1D.Dense> source)
        where T : unmanaged =>
        target.BaseView.CopyFrom(source.BaseView);

    public static void CopyFrom<T>(
        this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ArrayView1D<T, Stride1D.Dense> source)
        where T : unmanaged =>
        target.BaseView.CopyFrom(stream, source.BaseView);

    public static void CopyToCPU<T, TView>(this TView source, in Span<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        source.CopyToCPU(source.GetDefaultStream(), span);

    /// <summary>Copies as much as <paramref name="span"/> holds.</summary>
    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T>
    {
        fixed (T* data = span)
            Copy(stream, source.AsRawArrayView(), Host(data, span.Length), (long)span.Length * sizeof(T));
    }

    public static void CopyFromCPU<T, TView>(this TView target, in ReadOnlySpan<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        target.CopyFromCPU(target.GetDefaultStream(), span);

    /// <summary>Copies all of <paramref name="span"/>.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged
        where TView : IContiguousArrayView<T>
    {
        fixed (T* data = span)
            Copy(stream, Host(data, span.Length), target.AsRawArrayView(), (long)span.Length * sizeof(T));
    }

    public static void CopyToCPU<T, TView>(this TView source, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        source.CopyToCPU(source.GetDefaultStream(), ref cpuData, length);

    /// <summary>Copies <paramref name="length"/> elements to where <paramref name="cpuData"/> is the first.</summary>
    public static void CopyToCPU<T, TView>(this TView source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T>
    {
        fixed (T* data = &cpuData)
            Copy(stream, source.AsRawArrayView(), Host(data, length), length * sizeof(T));
    }

    public static void CopyFromCPU<T, TView>(this TView target, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T> =>
        target.CopyFromCPU(target.GetDefaultStream(), ref cpuData, length);

    /// <summary>Copies <paramref name="length"/> elements of which <paramref name="cpuData"/> is the first.</summary>
    public static void CopyFromCPU<T, TView>(this TView target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged
        where TView : IContiguousArrayView<T>
    {
        fixed (T* data = &cpuData)
            Copy(stream, Host(data, length), target.AsRawArrayView(), length * sizeof(T));
    }

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, ref T cpuData, long length)
        where T : unmanaged =>
        source.BaseView.CopyToCPU(ref cpuData, length);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged =>
        source.BaseView.CopyToCPU(stream, ref cpuData, length);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, ref T cpuData, long length)
        where T : unmanaged =>
        target.BaseView.CopyFromCPU(ref cpuData, length);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, ref T cpuData, long length)
        where T : unmanaged =>
        target.BaseView.CopyFromCPU(stream, ref cpuData, length);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> source, AcceleratorStream stream, in Span<T> span)
        where T : unmanaged =>
        source.BaseView.CopyToCPU(stream, span);

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> target, AcceleratorStream stream, in ReadOnlySpan<T> span)
        where T : unmanaged =>
        target.BaseView.CopyFromCPU(stream, span);

    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged =>
        view.CopyToCPU(view.GetDefaultStream(), data);

    /// <summary>Fills <paramref name="data"/>. As in the package an empty array takes nothing, another must be as long as the view.</summary>
    public static void CopyToCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Length == 0)
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, view.Extent.X, nameof(data));
        view.BaseView.CopyToCPU(stream, data.AsSpan());
    }

    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, T[] data)
        where T : unmanaged =>
        view.CopyFromCPU(view.GetDefaultStream(), data);

    /// <summary>Copies all of <paramref name="data"/>, which must be as long as the view. An empty view takes nothing.</summary>
    public static void CopyFromCPU<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        if (view.HasNoData())
            return;
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, view.Extent.X, nameof(data));
        view.BaseView.CopyFromCPU(stream, new ReadOnlySpan<T>(data));
    }

    public static void CopyToCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged =>
        view.AsDense().CopyToCPU(data);

    public static void CopyToCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged =>
        view.AsDense().CopyToCPU(stream, data);

    public static void CopyFromCPU<T>(this ArrayView<T> view, T[] data)
        where T : unmanaged =>
        view.AsDense().CopyFromCPU(data);

    public static void CopyFromCPU<T>(this ArrayView<T> view, AcceleratorStream stream, T[] data)
        where T : unmanaged =>
        view.AsDense().CopyFromCPU(stream, data);

    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, T[] data)
        where T : unmanaged =>
        buffer.View.CopyToCPU(data);

    public static void CopyToCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, AcceleratorStream stream, T[] data)
        where T : unmanaged =>
        buffer.View.CopyToCPU(stream, data);

    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, T[] data)
        where T : unmanaged =>
        buffer.View.CopyFromCPU(data);

    public static void CopyFromCPU<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, AcceleratorStream stream, T[] data)
        where T : unmanaged =>
        buffer.View.CopyFromCPU(stream, data);

    public static T[] GetAsArray<T>(this ArrayView<T> view)
        where T : unmanaged =>
        view.HasNoData() ? [] : view.GetAsArray(view.GetDefaultStream());

    public static T[] GetAsArray<T>(this ArrayView<T> view, AcceleratorStream stream)
        where T : unmanaged
    {
        var result = new T[view.Length];
        view.CopyToCPU(stream, result);
        return result;
    }

    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged =>
        view.BaseView.GetAsArray();

    public static T[] GetAsArray1D<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged =>
        view.BaseView.GetAsArray(stream);

    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer)
        where T : unmanaged =>
        buffer.View.GetAsArray1D();

    public static T[] GetAsArray1D<T>(this MemoryBuffer<ArrayView1D<T, Stride1D.Dense>> buffer, AcceleratorStream stream)
        where T : unmanaged =>
        buffer.View.GetAsArray1D(stream);

    private static ArrayView<byte> Host<T>(T* data, long length)
        where T : unmanaged =>
        new(null, (byte*)data, length * sizeof(T));

    private static void Copy(AcceleratorStream stream, ArrayView<byte> source, ArrayView<byte> target, long bytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes, "length");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, source.Length, nameof(source));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, target.Length, nameof(target));
        Buffer.MemoryCopy(source.Pointer, target.Pointer, target.Length, bytes);
    }
}
