using ILGPU.Execution;
using ILGPU.Runtime;

namespace ILGPU;

/// <summary>
/// Memory that the lanes of a group share for as long as the group runs. The n-th allocation of each lane is the same memory for all
/// of them. Contents as in <see cref="Accelerator.Allocate1D{T}(long)"/>. For explicitly grouped kernels alone.
/// </summary>
/// <exception cref="InvalidKernelOperationException">
/// The caller is not an explicitly grouped kernel, or lanes of a group allocate different sizes.
/// </exception>
public static class SharedMemory
{
    /// <summary>One element.</summary>
    public static ref T Allocate<T>()
        where T : unmanaged =>
        ref Allocate<T>(1)[0];

    public static ArrayView<T> Allocate<T>(int extent)
        where T : unmanaged
    {
        Lane lane = Lane.Current;
        return lane.Group.Shared.Allocate<T>(lane, extent);
    }

    public static ArrayView1D<T, Stride1D.Dense> Allocate1D<T>(Index1D extent)
        where T : unmanaged =>
        Allocate<T>(extent.X);

    /// <summary>As many elements as the launch's <see cref="SharedMemoryConfig"/> says.</summary>
    public static ArrayView<T> GetDynamic<T>()
        where T : unmanaged =>
        Allocate<T>(Lane.Current.Group.Kernel.DynamicElements);
}
