using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ILGPU.Runtime;

/// <summary>What the host does with views. In a kernel only the casts and <c>AsAligned</c> may be used.</summary>
public static unsafe partial class ArrayViewExtensions
{
    public static bool HasData<TView>(this TView view)
        where TView : IArrayView =>
        view.IsValid && view.Length > 0;

    public static bool HasNoData<TView>(this TView view)
        where TView : IArrayView =>
        !view.HasData();

    /// <exception cref="InvalidOperationException">The view has no buffer.</exception>
    public static Accelerator GetAccelerator<TView>(this TView view)
        where TView : IArrayView =>
        (view.Buffer ?? throw new InvalidOperationException("The view has no buffer, so no accelerator either.")).Accelerator;

    public static Context GetContext<TView>(this TView view)
        where TView : IArrayView =>
        view.GetAccelerator().Context;

    public static AcceleratorType GetAcceleratorType<TView>(this TView view)
        where TView : IArrayView =>
        view.GetAccelerator().AcceleratorType;

    public static ref byte LoadEffectiveAddress<T>(this ArrayView<T> view)
        where T : unmanaged =>
        ref Unsafe.AsRef<byte>(view.Pointer);

    /// <summary>The address of the view's first element: that of the device's memory.</summary>
    public static nint LoadEffectiveAddressAsPtr<T>(this ArrayView<T> view)
        where T : unmanaged =>
        (nint)view.Pointer;

    public static ArrayView1D<T, Stride1D.Dense> AsDense<T>(this ArrayView<T> view)
        where T : unmanaged =>
        view;

    public static ArrayView1D<TOther, Stride1D.Dense> Cast<T, TOther>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged
        where TOther : unmanaged =>
        view.BaseView.Cast<TOther>();

    /// <summary>Promises the compiler that the view begins at a multiple of so many bytes.</summary>
    /// <exception cref="InvalidOperationException">It does not. The package ends the process.</exception>
    public static ArrayView<T> AsAligned<T>(this ArrayView<T> view, int alignmentInBytes)
        where T : unmanaged =>
        (nuint)view.Pointer % (nuint)alignmentInBytes == 0
            ? view
            : throw new InvalidOperationException($"The view begins at {(nuint)view.Pointer:x}, no multiple of {alignmentInBytes}.");

    /// <inheritdoc cref="AsAligned{T}(ArrayView{T}, int)"/>
    public static ArrayView1D<T, Stride1D.Dense> AsAligned<T>(this ArrayView1D<T, Stride1D.Dense> view, int alignmentInBytes)
        where T : unmanaged =>
        view.BaseView.AsAligned(alignmentInBytes);

    public static void MemSetToZero<TView>(this TView view)
        where TView : IContiguousArrayView =>
        view.MemSet(0);

    public static void MemSetToZero<TView>(this TView view, AcceleratorStream stream)
        where TView : IContiguousArrayView =>
        view.MemSet(stream, 0);

    public static void MemSet<TView>(this TView view, byte value)
        where TView : IContiguousArrayView =>
        view.MemSet(view.GetDefaultStream(), value);

    /// <summary>Sets every byte of the view.</summary>
    /// <exception cref="ArgumentNullException">The view is not valid.</exception>
    public static void MemSet<TView>(this TView view, AcceleratorStream stream, byte value)
        where TView : IContiguousArrayView
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!view.IsValid)
            throw new ArgumentNullException(nameof(view));
        if (view.HasNoData())
            return;
        ArrayView<byte> raw = view.AsRawArrayView();
        NativeMemory.Fill(raw.Pointer, (nuint)raw.Length, value);
    }

    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view)
        where T : unmanaged =>
        view.BaseView.MemSetToZero();

    public static void MemSetToZero<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream)
        where T : unmanaged =>
        view.BaseView.MemSetToZero(stream);

    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, byte value)
        where T : unmanaged =>
        view.BaseView.MemSet(value);

    public static void MemSet<T>(this ArrayView1D<T, Stride1D.Dense> view, AcceleratorStream stream, byte value)
        where T : unmanaged =>
        view.BaseView.MemSet(stream, value);

    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, T[] data)
        where T : unmanaged =>
        accelerator.Allocate1D(accelerator.DefaultStream, data);

    /// <summary>Allocates as many elements as <paramref name="data"/> has and copies them.</summary>
    /// <exception cref="ArgumentException">There are none: the package fails there (with a null reference), so that nobody may rely on it.</exception>
    public static MemoryBuffer1D<T, Stride1D.Dense> Allocate1D<T>(this Accelerator accelerator, AcceleratorStream stream, T[] data)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Length == 0)
            throw new ArgumentException("There is nothing to copy: allocate an empty buffer by its length.", nameof(data));
        var buffer = accelerator.Allocate1D<T>(data.Length);
        buffer.View.CopyFromCPU(stream, data);
        return buffer;
    }

    private static AcceleratorStream GetDefaultStream<TView>(this TView view)
        where TView : IArrayView =>
        view.GetAccelerator().DefaultStream;
}
