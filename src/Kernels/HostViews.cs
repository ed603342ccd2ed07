using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels;

/// <summary>Device memory of a CPU accelerator, which is host memory, as spans for the wide twins.</summary>
internal static class HostViews
{
    /// <summary>The elements of a view that lies in host memory; empty for an empty view.</summary>
    public static unsafe Span<T> AsHostSpan<T>(this ArrayView<T> view) where T : unmanaged =>
        view.Length == 0 ? default : new Span<T>((void*)view.LoadEffectiveAddressAsPtr(), view.IntLength);
}
