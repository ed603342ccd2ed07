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
    /// <summary>Elements a lane, read at once with a stride of all lanes.</summary>
    private const int ElementsALane = Eight<float>.Places;

    /// <summary>A lane's index is an int.</summary>
    private const int MaxLength = 1 << 30;

    /// <summary>1 for a NaN or an infinity, else 0: x·0 is a NaN for those and a zero for all others.</summary>
    internal readonly struct IsNotFinite : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => T.WherePositive(T.Of(1f) + x * T.Of(0f), T.Of(0f), T.Of(1f));
    }

    /// <summary>Counts what is not finite: at most eight, so exact in single precision.</summary>
    private struct Counter : IStrandTaker<float>
    {
        public float Found;

        public void Take(float read, int place, bool inside) => Found += inside ? new IsNotFinite().Apply(new Real1(read), new Real1(read)).Value : 0f;
    }

    private static void Kernel(Index1D lane, ArrayView<float> x, ArrayView<int> count, int lanes)
    {
        EarlierLaunches.Await();
        var counter = new Counter();
        new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(x, 0, 1), lane, x.IntLength, lanes).Walk(ref counter);
        if (counter.Found > 0)
            Atomic.Add(ref count[0], (int)counter.Found);
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, int>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public FiniteCheck(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, int>(Kernel, ElementLanes.AGroup));
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
