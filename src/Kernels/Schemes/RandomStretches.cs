using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Schemes;

/// <summary>What a wide twin makes of the neighbours in a row that <see cref="RandomStretches.Blocks"/> blocks of Philox have numbers for.</summary>
internal interface IRandomStretch
{
    /// <summary>How many neighbours.</summary>
    static abstract int Length { get; }

    /// <summary>Whether x is read.</summary>
    static abstract bool ReadsInput { get; }

    /// <summary>All of them, with the numbers of the blocks from <paramref name="block"/> on; y may be x.</summary>
    void Run(ref readonly float x, ref float y, uint block);
}

/// <summary>y = f(x, random words) over a matrix by the wide twins, a stretch at a time: rows lie the columns rounded up to whole stretches apart, and blocks are numbered in that order.</summary>
internal static class RandomStretches
{
    /// <summary>Blocks side by side: what fills the widest register with a word of each.</summary>
    public const int Blocks = 16;

    /// <summary>Elements an item of work, some microseconds; a multiple of every stretch.</summary>
    private const int BlockSize = 4096;

    /// <summary>From a row's first number to the next row's.</summary>
    public static int Pitch(int columns, int stretch) => (columns + stretch - 1) / stretch * stretch;

    /// <summary>Overwrites y, of the shape of x.</summary>
    public static void Run<TStretch>(WorkerTeam team, Matrix x, Matrix y, TStretch stretch) where TStretch : struct, IRandomStretch
    {
        int pitch = Pitch(y.Columns, TStretch.Length);
        var job = new Rows<TStretch> { X = x, Y = y, Pitch = pitch, Stretch = stretch, Parts = (y.Columns + BlockSize - 1) / BlockSize, RowsAnItem = Math.Max(1, BlockSize / pitch) };
        team.Run(ref job, (y.Rows + job.RowsAnItem - 1) / job.RowsAnItem * job.Parts);
    }

    /// <summary>An item is a run of short rows, or a part of a long one.</summary>
    private struct Rows<TStretch> : IJob where TStretch : struct, IRandomStretch
    {
        public required Matrix X { get; init; }
        public required Matrix Y { get; init; }
        public required int Pitch { get; init; }
        public required TStretch Stretch { get; init; }
        public required int Parts { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item % Parts * BlockSize;
            int count = Math.Min(BlockSize, Y.Columns - start);
            int firstRow = item / Parts * RowsAnItem;
            int lastRow = Math.Min(firstRow + RowsAnItem, Y.Rows);
            for (int row = firstRow; row < lastRow; row++)
            {
                var x = X.Data.AsHostSpan().Slice(row * X.Stride + start, count);
                var y = Y.Data.AsHostSpan().Slice(row * Y.Stride + start, count);
                RunRow(x, y, (uint)((row * Pitch + start) / TStretch.Length * Blocks));
            }
        }

        private readonly void RunRow(ReadOnlySpan<float> x, Span<float> y, uint block)
        {
            int i = 0;
            for (; i + TStretch.Length <= y.Length; i += TStretch.Length, block += Blocks)
                Stretch.Run(in x[i], ref y[i], block);
            if (i == y.Length)
                return;
            // The last, partial stretch goes through memory of its own, so that nothing beyond the row is read or written.
            Span<float> edge = stackalloc float[TStretch.Length];
            edge.Clear();
            if (TStretch.ReadsInput)
                x[i..].CopyTo(edge);
            Stretch.Run(in edge[0], ref edge[0], block);
            edge[..(y.Length - i)].CopyTo(y[i..]);
        }
    }
}
