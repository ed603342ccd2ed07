using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y[i] = Σⱼ a[i, j]·b[i, j]: the inner product of each sample of a [M, N] with its partner in b [M, N], y is [M, 1]. With a = b, each sample's squared norm.
/// Overwrites y or adds to it, as asked. The order of the sum is that of <see cref="RowStrands"/>.
/// </summary>
public sealed class RowDot
{
    /// <summary>Floats an item of work.</summary>
    private const int BlockSize = 8192;

    internal readonly struct Product : IFormula
    {
        public T Apply<T>(T a, T b) where T : struct, IReal<T> => a * b;
    }

    internal readonly struct Layout(Matrix a, Matrix b, Matrix y, bool accumulate)
    {
        public readonly int Rows = a.Rows, Columns = a.Columns, A = a.Stride, B = b.Stride, Y = y.Stride;
        public readonly int Accumulate = accumulate ? 1 : 0;
    }

    private static void Kernel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, Layout s)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(RowStrands.Lanes);
        int lane = Group.IdxX;
        int row = Grid.IdxX * RowStrands.Rows + lane / RowStrands.Count;
        // A lane beyond the last row reads that one and does nothing with it.
        int read = Math.Min(row, s.Rows - 1);
        float before = s.Accumulate != 0 ? y[read * s.Y] : 0f;
        var products = new StrandProducts();
        new Strand<RowPairReader, Pair, Eight<Pair>>(new RowPairReader(a, read * s.A, b, read * s.B), (lane & (RowStrands.Count - 1)), s.Columns, RowStrands.Count).Walk(ref products);
        float total = RowStrands.Total(shared, products.Value, lane);
        if (row < s.Rows && (lane & (RowStrands.Count - 1)) == 0)
            y[row * s.Y] = before + total;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public RowDot(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, Layout>(Kernel));
    }

    /// <summary>y = Σⱼ a·b, or y += Σⱼ a·b.</summary>
    /// <param name="a">[M, N].</param>
    /// <param name="b">[M, N]; may be a.</param>
    /// <param name="y">[M, 1]; must not overlap a or b.</param>
    /// <param name="accumulate">Whether to add to y instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix a, Matrix b, Matrix y, bool accumulate)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns || y.Rows != a.Rows || y.Columns != 1)
            throw new ArgumentException($"The inner products of the rows of {a} and {b} do not fit {y}.");
        using var launch = _device.Profiler?.Begin("RowDot", $"{a}", 2 * a.Elements, sizeof(float) * (2 * a.Elements + (accumulate ? 2 : 1) * a.Rows));
        if (_kernel is not null)
        {
            _kernel(_device.Stream, new KernelConfig(RowStrands.Groups(a.Rows), RowStrands.Lanes), a.Data, b.Data, y.Data, new Layout(a, b, y, accumulate));
            return;
        }
        var job = new WideRows { A = a, B = b, Y = y, Accumulate = accumulate, RowsAnItem = Math.Max(1, BlockSize / a.Columns) };
        _device.Team!.Run(ref job, (a.Rows - 1) / job.RowsAnItem + 1);
    }

    /// <summary>An item is a run of rows.</summary>
    private struct WideRows : IJob
    {
        public required Matrix A { get; init; }
        public required Matrix B { get; init; }
        public required Matrix Y { get; init; }
        public required bool Accumulate { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            int last = Math.Min((item + 1) * RowsAnItem, A.Rows);
            for (int row = item * RowsAnItem; row < last; row++)
            {
                float total = RowStrands.Sum(A.Data.AsHostSpan().Slice(row * A.Stride, A.Columns), B.Data.AsHostSpan().Slice(row * B.Stride, A.Columns), default(Product));
                ref float y = ref Y.Data.AsHostSpan()[row * Y.Stride];
                y = Accumulate ? y + total : total;
            }
        }
    }
}
