using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// A learned vector for each class: y[r, :] = table[labels[r], :], the product of the one-hot labels and the table without the zeros.
/// <list type="bullet">
/// <item><see cref="Forward"/> overwrites y;</item>
/// <item><see cref="Gradient"/>: dTable[c, :] = Σ of dy[r, :] over the rows r with labels[r] = c, overwritten or added to, as asked.</item>
/// </list>
/// Backward needs the labels. A kernel cannot throw: a label outside of the table gives a row of zeros, as a one-hot row without a one would,
/// and contributes to no gradient.
/// </summary>
/// <remarks>A lane or an item of work sums its elements over r = 0, 1, … in order: no atomics, and the same bits every time.</remarks>
public sealed class Embedding
{
    private static void ForwardKernel(Index1D i, ArrayView<int> labels, ArrayView<float> table, ArrayView<float> y, Layout s)
    {
        EarlierLaunches.Await();
        int row = s.Columns.Divide(i, out int column);
        int label = labels[row];
        bool inside = label >= 0 && label < s.Classes;
        y[row * s.Batch + column] = inside ? table[label * s.Table + column] : 0;
    }

    private static void GradientKernel(Index1D i, ArrayView<int> labels, ArrayView<float> dy, ArrayView<float> dTable, Layout s)
    {
        EarlierLaunches.Await();
        int label = s.Columns.Divide(i, out int column);
        int target = label * s.Table + column;
        float before = s.Accumulate != 0 ? dTable[target] : 0f;
        var sum = new StrandSum();
        new Strand<ClassReader, float, Eight<float>>(new ClassReader(labels, dy, label, column, s.Batch), 0, s.Rows, 1).Walk(ref sum);
        dTable[target] = sum.Value + before;
    }

    /// <summary>Reads down a column of dy, where the label is the class's, else a zero. Every row is read: a read that waited for its label would come as much later.</summary>
    private readonly struct ClassReader(ArrayView<int> labels, ArrayView<float> dy, int label, int column, int stride) : IStrandReader<float>
    {
        private readonly ArrayView<int> _labels = labels;
        private readonly ArrayView<float> _dy = dy;
        private readonly int _label = label, _column = column, _stride = stride;

        public float Read(int place)
        {
            float x = _dy[place * _stride + _column];
            return _labels[place] == _label ? x : 0f;
        }
    }

    internal readonly struct Layout(Matrix table, Matrix batch, bool accumulate)
    {
        public readonly Divisor Columns = new(table.Columns);
        public readonly int Classes = table.Rows, Table = table.Stride;
        public readonly int Rows = batch.Rows, Batch = batch.Stride;
        public readonly int Accumulate = accumulate ? 1 : 0;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, Layout>? _forward;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, Layout>? _gradient;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public Embedding(ComputeDevice device)
    {
        _device = device;
        if (device.Team is not null)
            return;
        _forward = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, Layout>(ForwardKernel, ElementLanes.AGroup));
        _gradient = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, ArrayView<float>, Layout>(GradientKernel, ElementLanes.AGroup));
    }

    /// <summary>y[r, :] = table[labels[r], :]. Overwrites y.</summary>
    /// <param name="labels">[B].</param>
    /// <param name="table">[classes, d].</param>
    /// <param name="y">[B, d]; must not overlap the table.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(ArrayView<int> labels, Matrix table, Matrix y)
    {
        Fits(labels, table, y);
        using var launch = _device.Profiler?.Begin("Embedding.Forward", $"{y} of {table.Rows}", 0, sizeof(int) * labels.Length + 2 * sizeof(float) * y.Elements);
        if (_forward is not null)
        {
            _forward(_device.Stream, y.Rows * y.Columns, labels, table.Data, y.Data, new Layout(table, y, false));
            return;
        }
        var job = new WideForward { Labels = labels, Table = table, Y = y, RowsAnItem = Math.Max(1, WideForward.BlockSize / y.Columns) };
        _device.Team!.Run(ref job, (y.Rows + job.RowsAnItem - 1) / job.RowsAnItem);
    }

    /// <summary>dTable[c, :] = Σ dy[r, :] over the rows r of class c, or dTable += it.</summary>
    /// <param name="labels">[B].</param>
    /// <param name="dy">[B, d].</param>
    /// <param name="dTable">[classes, d]; must not overlap dy.</param>
    /// <param name="accumulate">Whether to add to dTable instead of overwriting it.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Gradient(ArrayView<int> labels, Matrix dy, Matrix dTable, bool accumulate)
    {
        Fits(labels, dTable, dy);
        using var launch = _device.Profiler?.Begin("Embedding.Gradient", $"{dy} to {dTable.Rows}", dy.Elements, sizeof(int) * labels.Length + sizeof(float) * (dy.Elements + (accumulate ? 2 : 1) * dTable.Elements));
        if (_gradient is not null)
        {
            _gradient(_device.Stream, dTable.Rows * dTable.Columns, labels, dy.Data, dTable.Data, new Layout(dTable, dy, accumulate));
            return;
        }
        var job = new WideGradient { Labels = labels, Dy = dy, DTable = dTable, Accumulate = accumulate, Team = _device.Team! };
        _device.Team!.Run(ref job, dTable.Rows);
    }

    private static void Fits(ArrayView<int> labels, Matrix table, Matrix batch)
    {
        if (labels.Length != batch.Rows || table.Columns != batch.Columns)
            throw new ArgumentException($"{labels.Length} labels, a table of {table} and a batch of {batch} do not fit one another.");
    }

    private struct WideForward : IJob
    {
        /// <summary>Floats an item of work: about a microsecond.</summary>
        public const int BlockSize = 16384;

        public required ArrayView<int> Labels { get; init; }
        public required Matrix Table { get; init; }
        public required Matrix Y { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            var labels = Labels.AsHostSpan();
            for (int row = item * RowsAnItem; row < Math.Min((item + 1) * RowsAnItem, Y.Rows); row++)
            {
                var y = Y.Data.AsHostSpan().Slice(row * Y.Stride, Y.Columns);
                if ((uint)labels[row] < (uint)Table.Rows)
                    Table.Data.AsHostSpan().Slice(labels[row] * Table.Stride, Table.Columns).CopyTo(y);
                else
                    y.Clear();
            }
        }
    }

    /// <summary>An item is a class: its rows are summed in order, whichever worker takes it.</summary>
    private struct WideGradient : IJob
    {
        public required ArrayView<int> Labels { get; init; }
        public required Matrix Dy { get; init; }
        public required Matrix DTable { get; init; }
        public required bool Accumulate { get; init; }
        public required WorkerTeam Team { get; init; }

        public readonly void Run(int item, int worker)
        {
            var target = DTable.Data.AsHostSpan().Slice(item * DTable.Stride, DTable.Columns);
            var sum = Accumulate ? Team.ScratchOf(worker, target.Length)[..target.Length] : target;
            sum.Clear();
            var labels = Labels.AsHostSpan();
            for (int row = 0; row < labels.Length; row++)
            {
                if (labels[row] == item)
                    Add(sum, Dy.Data.AsHostSpan().Slice(row * Dy.Stride, sum.Length));
            }
            if (Accumulate)
                Add(target, sum);
        }

        private static void Add(Span<float> sum, ReadOnlySpan<float> x)
        {
            var loop = new AddLoop { Sum = ref MemoryMarshal.GetReference(sum), X = ref MemoryMarshal.GetReference(x) };
            WideLoop.Run(ref loop, sum.Length);
        }
    }

    private ref struct AddLoop : IWideLoop
    {
        public ref float Sum;
        public ref float X;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(T.Load(ref Sum, offset) + T.Load(ref X, offset), ref Sum, offset);
    }
}
