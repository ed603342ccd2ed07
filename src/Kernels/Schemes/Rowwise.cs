using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Schemes;

/// <summary>A formula c = f(a, b, s) of two elements at the same place and their row's number.</summary>
internal interface IRowFormula
{
    T Apply<T>(T a, T b, T s) where T : struct, IReal<T>;
}

/// <summary>
/// c[i, j] = f(a[i, j], b[i, j], s[i]) over matrices of one shape [M, N] and a column s [M, 1], each with its own stride; c may be a or b itself. One formula serves
/// the ILGPU kernel and the wide twin.
/// </summary>
internal sealed class Rowwise<TFormula> where TFormula : struct, IRowFormula
{
    /// <summary>Floats an item of work, as for <see cref="Elementwise{TFormula}"/>.</summary>
    private const int BlockSize = 4096;

    private static void Kernel(
        Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> scalars, ArrayView<float> c, Strides s, TFormula formula)
    {
        EarlierLaunches.Await();
        int row = s.Columns.Divide(i, out int column);
        var result = formula.Apply(new Real1(a[row * s.A + column]), new Real1(b[row * s.B + column]), new Real1(scalars[row * s.Scalars]));
        c[row * s.C + column] = result.Value;
    }

    internal readonly struct Strides(int columns, int a, int b, int scalars, int c)
    {
        public readonly Divisor Columns = new(columns);
        public readonly int A = a, B = b, Scalars = scalars, C = c;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Strides, TFormula>? _kernel;

    public Rowwise(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Strides, TFormula>(Kernel, ElementLanes.AGroup));
    }

    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix a, Matrix b, Matrix scalars, Matrix c, TFormula formula)
    {
        if (a.Rows != b.Rows || a.Rows != c.Rows || a.Columns != b.Columns || a.Columns != c.Columns || scalars.Rows != a.Rows || scalars.Columns != 1)
            throw new ArgumentException($"Operands {a}, {b} and {c} with {scalars} scalars do not fit: one shape and a scalar a row.");
        if (_kernel is not null)
        {
            var strides = new Strides(a.Columns, a.Stride, b.Stride, scalars.Stride, c.Stride);
            _kernel(_device.Stream, a.Rows * a.Columns, a.Data, b.Data, scalars.Data, c.Data, strides, formula);
            return;
        }
        var job = new WideRows
        {
            A = a, B = b, Scalars = scalars, C = c, Formula = formula, Blocks = (a.Columns - 1) / BlockSize + 1, RowsAnItem = Math.Max(1, BlockSize / a.Columns),
        };
        _device.Team!.Run(ref job, ((a.Rows - 1) / job.RowsAnItem + 1) * job.Blocks);
    }

    /// <summary>An item is a run of short rows, or a block of a long one.</summary>
    private struct WideRows : IJob
    {
        public required Matrix A { get; init; }
        public required Matrix B { get; init; }
        public required Matrix Scalars { get; init; }
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
                    C = ref C.Data.AsHostSpan()[row * C.Stride + start], Scalar = Scalars.Data.AsHostSpan()[row * Scalars.Stride], Formula = Formula,
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
        public float Scalar;
        public TFormula Formula;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Formula.Apply(T.Load(ref A, offset), T.Load(ref B, offset), T.Of(Scalar)), ref C, offset);
    }
}
