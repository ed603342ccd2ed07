using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Numerics;

/// <summary>Where a view lies in its buffer, asked for through a type parameter, because an interface's members would box the view.</summary>
internal static class ViewPlace
{
    /// <summary>The view's first element, counted from the buffer's.</summary>
    public static long FirstOf<TView>(TView view) where TView : IContiguousArrayView => view.Index;

    public static MemoryBuffer BufferOf<TView>(TView view) where TView : IContiguousArrayView => view.Buffer;

    /// <summary>Whether a view starts at a multiple of 16 bytes, as a <see cref="Float4"/> must.</summary>
    /// <remarks>GPU drivers align buffers to 256 bytes and more; where a view of an OpenCL buffer lies is not an address. Host memory is an address, and DeviceArray aligns it.</remarks>
    public static bool StartsAFour(ArrayView<float> view) => (view.GetAcceleratorType() == AcceleratorType.CPU
        ? (long)view.LoadEffectiveAddressAsPtr() / sizeof(float)
        : FirstOf(view)) % 4 == 0;
}
