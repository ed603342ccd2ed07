using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Labels that are wrong: y[r] = (x[r] + 1 + offsets[r]) mod classes, which is never x[r] for offsets in 0 … classes−2, and any other label equally likely for uniform
/// ones. Overwrites y, which may be x.
/// </summary>
/// <remarks><see cref="Philox.Integers"/> below classes − 1 draws the offsets. On a CPU the caller's thread does it alone: a batch of labels is shorter than a wake-up.</remarks>
public sealed class RotateLabels
{
    private static void Kernel(Index1D r, ArrayView<int> x, ArrayView<int> offsets, ArrayView<int> y, int classes)
    {
        EarlierLaunches.Await();
        y[r] = Rotate(x[r], offsets[r], classes);
    }

    private static int Rotate(int label, int offset, int classes) => (label + 1 + offset) % classes;

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<int>, ArrayView<int>, int>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public RotateLabels(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, ArrayView<int>, ArrayView<int>, int>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>Overwrites y.</summary>
    /// <param name="x">[B], each 0 … classes−1.</param>
    /// <param name="offsets">[B], each 0 … classes−2.</param>
    /// <param name="y">[B]; may be x.</param>
    /// <param name="classes">At least 2: of one class there is no wrong label.</param>
    /// <exception cref="ArgumentException">The lengths differ, are 0, or there is one class.</exception>
    public void Launch(ArrayView<int> x, ArrayView<int> offsets, ArrayView<int> y, int classes)
    {
        if (x.Length is < 1 or > int.MaxValue || offsets.Length != x.Length || y.Length != x.Length || classes < 2)
            throw new ArgumentException($"{x.Length} labels of {classes} classes are not made {y.Length} wrong ones by {offsets.Length} offsets.");
        using var launch = _device.Profiler?.Begin("RotateLabels", $"{x.Length}", 0, 3 * sizeof(int) * x.Length);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, x.IntLength, x, offsets, y, classes);
            return;
        }
        Span<int> from = x.AsHostSpan(), by = offsets.AsHostSpan(), to = y.AsHostSpan();
        for (int r = 0; r < from.Length; r++)
            to[r] = Rotate(from[r], by[r], classes);
    }
}
