using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Schemes;

/// <summary>A formula c = f(a, b) of two elements at the same place.</summary>
internal interface IFormula
{
    T Apply<T>(T a, T b) where T : struct, IReal<T>;
}

/// <summary>
/// c[i, j] = f(a[i, j], b[i, j]) over matrices of one shape, each with its own stride; c may be a or b itself. One formula serves the
/// ILGPU kernel and the wide twin, and on a CPU they agree to the last bit.
/// </summary>
internal sealed class Elementwise<TFormula> where TFormula : struct, IFormula
{
    /// <summary>Floats an item of work: a few microseconds, and less than a core's first-level cache.</summary>
    private const int BlockSize = 4096;

    private static void Kernel(Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, Strides s, TFormula formula)
    {
        EarlierLaunches.Await();
        int row = s.Columns.Divide(i, out int column);
        var result = formula.Apply(new Real1(a[row * s.A + column]), new Real1(b[row * s.B + column]));
        c[row * s.C + column] = result.Value;
    }

    internal readonly struct Strides(int columns, int a, int b, int c)
    {
        public readonly Divisor Columns = new(columns);
        public readonly int A = a, B = b, C = c;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Strides, TFormula>? _kernel;

    public Elementwise(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, Strides, TFormula>(Kernel, ElementLanes.AGroup));
    }

    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Launch(Matrix a, Matrix b, Matrix c, TFormula formula)
    {
        if (a.Rows != b.Rows || a.Rows != c.Rows || a.Columns != b.Columns || a.Columns != c.Columns)
            throw new ArgumentException($"Elementwise operands {a}, {b} and {c} differ in shape.");
        if (_kernel is not null)
        {
            _kernel(_device.Stream, a.Rows * a.Columns, a.Data, b.Data, c.Data, new Strides(a.Columns, a.Stride, b.Stride, c.Stride), formula);
            return;
        }
        var job = new WideRows { A = a, B = b, C = c, Formula = formula, Blocks = (a.Columns + BlockSize - 1) / BlockSize, RowsAnItem = Math.Max(1, BlockSize / a.Columns) };
        _device.Team!.Run(ref job, (a.Rows + job.RowsAnItem - 1) / job.RowsAnItem * job.Blocks);
    }

    /// <summary>An item is a run of short rows, or a block of a long one.</summary>
    private struct WideRows : IJob
    {
        public required Matrix A { get; init; }
        public required Matrix B { get; init; }
        public required Matrix C { get; init; }
        public required TFormula Formula { get; init; }
        public required int Blocks { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item % Blocks * BlockSize;
            int count = Math.Min(BlockSize, A.Columns - start);
            int firstRow = item / Blocks * RowsAnItem;
            int lastRow = Math.Min(firstRow + RowsAnItem, A.Rows);
            for (int row = firstRow; row < lastRow; row++)
            {
                var loop = new Loop
                {
                    A = ref A.Data.AsHostSpan()[row * A.Stride + start], B = ref B.Data.AsHostSpan()[row * B.Stride + start],
                    C = ref C.Data.AsHostSpan()[row * C.Stride + start], Formula = Formula,
                };
                WideLoop.Run(ref loop, count);
            }
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float A;
        public ref float B;
        public ref float C;
        public TFormula Formula;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Formula.Apply(T.Load(ref A, offset), T.Load(ref B, offset)), ref C, offset);
    }
}
