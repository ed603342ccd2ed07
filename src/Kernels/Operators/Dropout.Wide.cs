using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Dropout
{
    /// <summary>Elements an item of work: some microseconds.</summary>
    private const int BlockSize = 4096;

    private void LaunchWide<TReal, TWord>(DropoutMask mask, Matrix x, Matrix y, int pitch, Formula formula)
        where TReal : struct, IWide<TReal>, IReal<TReal, TWord>
        where TWord : struct, IWideWord<TWord>
    {
        var job = new WideRows<TReal, TWord>
        {
            X = x, Y = y, State = mask.Clock.AsHostSpan()[0], Purpose = mask.Purpose, Pitch = pitch, Formula = formula,
            Blocks = (y.Columns + BlockSize - 1) / BlockSize, RowsAnItem = Math.Max(1, BlockSize / pitch),
        };
        _device.Team!.Run(ref job, (y.Rows + job.RowsAnItem - 1) / job.RowsAnItem * job.Blocks);
    }

    /// <summary>An item is a run of short rows, or a block of a long one.</summary>
    private struct WideRows<TReal, TWord> : IJob
        where TReal : struct, IWide<TReal>, IReal<TReal, TWord>
        where TWord : struct, IWideWord<TWord>
    {
        public required Matrix X { get; init; }
        public required Matrix Y { get; init; }
        public required StepState State { get; init; }
        public required uint Purpose { get; init; }
        public required int Pitch { get; init; }
        public required Formula Formula { get; init; }
        public required int Blocks { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item % Blocks * BlockSize;
            int count = Math.Min(BlockSize, Y.Columns - start);
            int firstRow = item / Blocks * RowsAnItem;
            int lastRow = Math.Min(firstRow + RowsAnItem, Y.Rows);
            for (int row = firstRow; row < lastRow; row++)
            {
                var x = X.Data.AsHostSpan().Slice(row * X.Stride + start, count);
                var y = Y.Data.AsHostSpan().Slice(row * Y.Stride + start, count);
                RunRow(x, y, (uint)((row * Pitch + start) / Stretch * Lanes));
            }
        }

        private readonly void RunRow(ReadOnlySpan<float> x, Span<float> y, uint block)
        {
            int i = 0;
            for (; i + Stretch <= y.Length; i += Stretch, block += Lanes)
                RunStretch(in x[i], ref y[i], block);
            if (i == y.Length)
                return;
            // The last, partial stretch goes through memory of its own, so that nothing beyond the row is read or written.
            Span<float> edge = stackalloc float[Stretch];
            edge.Clear();
            x[i..].CopyTo(edge);
            RunStretch(in edge[0], ref edge[0], block);
            edge[..(y.Length - i)].CopyTo(y[i..]);
        }

        private readonly void RunStretch(ref readonly float x, ref float y, uint block)
        {
            for (int lane = 0; lane < Lanes; lane += TReal.Count)
            {
                var w0 = Philox.Words(TWord.Sequence(block + (uint)lane), State, Purpose, out var w1, out var w2, out var w3);
                TWord.Turn(ref w0, ref w1, ref w2, ref w3);
                RunHalves(w0, in x, ref y, (nuint)lane);
                RunHalves(w1, in x, ref y, (nuint)(lane + 2 * Lanes));
                RunHalves(w2, in x, ref y, (nuint)(lane + 4 * Lanes));
                RunHalves(w3, in x, ref y, (nuint)(lane + 6 * Lanes));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void RunHalves(TWord words, ref readonly float x, ref float y, nuint at)
        {
            ref float source = ref Unsafe.AsRef(in x);
            TReal low = TReal.Load(ref source, at), high = TReal.Load(ref source, at + Lanes);
            TReal.Store(Formula.Apply(low, words, 0), ref y, at);
            TReal.Store(Formula.Apply(high, words, 1), ref y, at + Lanes);
        }
    }
}
