using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// count += the number of elements of x [P] that are NaN or infinite. The host reads the count every N steps and stops a run that
/// diverged. Counts are integers, so their order does not show.
/// </summary>
public sealed class FiniteCheck
{
    /// <summary>Elements a lane, read with a stride of all lanes.</summary>
    private const int ElementsALane = 8;

    /// <summary>A lane's index is an int.</summary>
    private const int MaxLength = 1 << 30;

    /// <summary>1 for a NaN or an infinity, else 0: x·0 is a NaN for those and a zero for all others.</summary>
    internal readonly struct IsNotFinite : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => T.WherePositive(T.Of(1f) + x * T.Of(0f), T.Of(0f), T.Of(1f));
    }

    private static void Kernel(Index1D lane, ArrayView<float> x, ArrayView<int> count, int lanes)
    {
        float found = 0;
        for (int i = lane; i < x.IntLength; i += lanes)
            found += new IsNotFinite().Apply(new Real1(x[i]), new Real1(x[i])).Value;
        if (found > 0)
            Atomic.Add(ref count[0], (int)found);
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, int>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public FiniteCheck(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, int>(Kernel);
    }

    /// <summary>count += how many elements of x are not finite.</summary>
    /// <param name="x">[P], an arena.</param>
    /// <param name="count">[1].</param>
    /// <exception cref="ArgumentException">x is empty or too long, or the count is not one element.</exception>
    public void Launch(ArrayView<float> x, ArrayView<int> count)
    {
        if (x.Length is < 1 or > MaxLength || count.Length != 1)
            throw new ArgumentException($"A check of {x.Length} elements with {count.Length} counts: there are 1 to {MaxLength}, and the count is one.");
        using var launch = _device.Profiler?.Begin("FiniteCheck", $"{x.Length}", 3 * x.Length, sizeof(float) * x.Length);
        if (_kernel is not null)
        {
            int lanes = ((int)x.Length - 1) / ElementsALane + 1;
            _kernel(_device.Stream, lanes, x, count, lanes);
            return;
        }
        // A chunk's count is at most its length and so exact in single precision.
        ref int total = ref count.AsHostSpan()[0];
        foreach (float found in ChunkSums.Of(_device.Team!, x.AsHostSpan(), new IsNotFinite()))
            total += (int)found;
    }
}
