using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// sums[j] = Σᵢ x[i, j], the gradient of a bias: x is [M, N], sums [N]. Overwrites the sums or adds to them, as asked. The order of the sum is
/// that of <see cref="Strands"/>.
/// </summary>
public sealed class ColumnSum
{
    /// <summary>Columns an item of work: four cache lines of each row.</summary>
    private const int BlockSize = 64;

    internal readonly struct Shape(int rows, int columns, int stride, bool accumulate)
    {
        public readonly int Rows = rows, Columns = columns, Stride = stride;
        public readonly int Accumulate = accumulate ? 1 : 0;
    }

    private static void Kernel(ArrayView<float> x, ArrayView<float> sums, Shape s)
    {
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int column = Grid.IdxX * Strands.Columns + (lane & (Strands.Columns - 1));
        // A lane beyond the last column reads that one and does nothing with it.
        int read = Math.Min(column, s.Columns - 1);
        EarlierLaunches.Await(read + lane / Strands.Columns * s.Stride ^ s.Rows);
        float before = s.Accumulate != 0 ? sums[read] : 0f;
        var strand = new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(x, read, s.Stride), lane / Strands.Columns, s.Rows, Strands.Count);
        var sum = new StrandSum();
        strand.Walk(ref sum);
        float total = Strands.ColumnTotal(shared, sum.Value, lane);
        if (column < s.Columns && lane < Strands.Columns)
            sums[column] = before + total;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, Shape>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public ColumnSum(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, Shape>(Kernel));
    }

    /// <summary>sums = Σᵢ x[i, ·], or sums += Σᵢ x[i, ·].</summary>
    /// <param name="x">[M, N].</param>
    /// <param name="sums">[N]; must not overlap x.</param>
    /// <param name="accumulate">Whether to add to the sums instead of overwriting them.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix x, ArrayView<float> sums, bool accumulate)
    {
        if (sums.Length != x.Columns)
            throw new ArgumentException($"{sums.Length} sums do not fit the columns of {x}.", nameof(sums));
        using var launch = _device.Profiler?.Begin("ColumnSum", $"{x}", x.Elements, sizeof(float) * (x.Elements + x.Columns));
        if (_kernel is not null)
        {
            var config = new KernelConfig((x.Columns - 1) / Strands.Columns + 1, Strands.Lanes);
            _kernel(_device.Stream, config, x.Data, sums, new Shape(x.Rows, x.Columns, x.Stride, accumulate));
            return;
        }
        var job = new WideBlocks { X = x, Sums = sums.AsHostSpan(), Accumulate = accumulate };
        _device.Team!.Run(ref job, (x.Columns - 1) / BlockSize + 1);
    }

    private ref struct WideBlocks : IJob
    {
        public required Matrix X { get; init; }
        public required Span<float> Sums { get; init; }
        public required bool Accumulate { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item * BlockSize;
            var loop = new Loop { X = ref X.Data.AsHostSpan()[start], Sums = ref Sums[start], Rows = (nuint)X.Rows, Stride = (nuint)X.Stride, Accumulate = Accumulate };
            WideLoop.Run(ref loop, Math.Min(BlockSize, X.Columns - start));
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float X;
        public ref float Sums;
        public nuint Rows;
        public nuint Stride;
        public bool Accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T total = T.Of(0f);
            for (nuint first = 0; first < Strands.Count; first++)
            {
                T strand = T.Of(0f);
                for (nuint row = first; row < Rows; row += Strands.Count)
                    strand += T.Load(ref X, offset + row * Stride);
                total += strand;
            }
            T.Store(Accumulate ? T.Load(ref Sums, offset) + total : total, ref Sums, offset);
        }
    }
}
