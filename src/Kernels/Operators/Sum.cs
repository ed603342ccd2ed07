using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// target = scale·Σ x, or target += scale·Σ x, as asked; target is one element. For metrics and penalties of a batch.
/// </summary>
/// <remarks>
/// In a kernel one group of 256 lanes sums everything: lane l takes elements l, l + 256, … in order, and the lanes are added as <see cref="Strands"/>
/// says. The wide twin does so for each 16,384 elements and adds those sums in order, so up to there both have the same bits.
/// |error| ≤ (P/256 + 32)·2⁻²⁴·Σ|x|.
/// </remarks>
public sealed class Sum
{
    /// <summary>An index runs eight groups beyond the last element.</summary>
    private const int MaxLength = int.MaxValue - Eight<float>.Places * Strands.Lanes;

    internal readonly struct Identity : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => x;
    }

    private static void Kernel(ArrayView<float> x, ArrayView<float> target, float scale, int accumulate)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        float before = target[0];
        var sum = new StrandSum();
        new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(x, 0, 1), lane, x.IntLength, Strands.Lanes).Walk(ref sum);
        float total = Strands.GroupTotal(shared, sum.Value, lane);
        if (lane == 0)
            target[0] = Result(before, total, scale, accumulate);
    }

    private static float Result(float target, float total, float scale, int accumulate) => accumulate != 0 ? target + scale * total : scale * total;

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, float, int>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public Sum(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, float, int>(Kernel));
    }

    /// <summary>target = scale·Σ x, or target += scale·Σ x.</summary>
    /// <param name="x">[P].</param>
    /// <param name="target">[1]; not an element of x.</param>
    /// <param name="scale">Such as 1/M for a mean.</param>
    /// <param name="accumulate">Whether to add to the target instead of overwriting it.</param>
    /// <exception cref="ArgumentException">x is empty or too long, or the target is not one element.</exception>
    public void Launch(ArrayView<float> x, ArrayView<float> target, float scale, bool accumulate)
    {
        if (x.Length is < 1 or > MaxLength || target.Length != 1)
            throw new ArgumentException($"A sum of {x.Length} elements into {target.Length}: there are 1 to {MaxLength}, and the target is one.");
        using var launch = _device.Profiler?.Begin("Sum", $"{x.Length}", x.Length, sizeof(float) * x.Length);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), x, target, scale, accumulate ? 1 : 0);
            return;
        }
        float total = 0;
        foreach (float sum in ChunkSums.Of(_device.Team!, x.AsHostSpan(), new Identity()))
            total += sum;
        ref float element = ref target.AsHostSpan()[0];
        element = Result(element, total, scale, accumulate ? 1 : 0);
    }
}
