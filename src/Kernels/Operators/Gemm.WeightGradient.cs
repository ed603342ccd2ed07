using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Packed panels that stay in a cache while rows of the other side go by, at most: of a weight gradient's dy, and of an input gradient's batch.</summary>
    private const int MostPanelsAGroup = 4;

    /// <summary>
    /// dw = xᵀ·dy, whose left operand lies across k: a row block of it that is read where it lies uses half of each cache line, and a page for every k. So it is packed, one block behind the other in the order in
    /// which they are multiplied. As in an input gradient each worker of a small team packs all that it needs: lines that another one has packed come from that one's cache, line by line.
    /// </summary>
    private static void LaunchWeightGradient<TWide>(Operands operands, Adam.Wide moved) where TWide : struct, IWide<TWide>
    {
        var team = operands.Team;
        var packed = team.Threads > MostOwnPanels ? PackAllRows<TWide>(operands) : default;
        Span<PackedRows> own = stackalloc PackedRows[MostOwnPanels];
        own.Clear();
        var job = new WeightGradientByPanels<TWide> { Operands = operands, Shared = packed, Own = own, Groups = PanelGroups.Of<TWide>(operands.Shape, team.Threads), Arenas = moved };
        team.Run(ref job, job.Groups.Items, job.Groups.Split.Shared);
    }

    /// <summary>Whether the packed rows of A stay in a cache while one panel after the other goes by.</summary>
    private static bool StayInCache(int rows, int depth) => (long)rows * depth <= SharedPanelsLimit;

    /// <summary>All rows of A, packed by the team, where all workers read them.</summary>
    private static Span<float> PackAllRows<TWide>(Operands operands) where TWide : struct, IWide<TWide>
    {
        int items = (operands.Shape.M + RowsAnItem - 1) / RowsAnItem;
        var job = new PackRows<TWide> { Operands = operands, Packed = operands.Team.SharedScratch(items * RowsAnItem * operands.Shape.K) };
        operands.Team.Run(ref job, items);
        return job.Packed;
    }

    private ref struct PackRows<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;
        public required Span<float> Packed;

        public readonly void Run(int item, int worker)
        {
            int row = item * RowsAnItem;
            Operands.PackRows<TWide>(row, Math.Min(RowsAnItem, Operands.Shape.M - row), ref Packed[row * Operands.Shape.K]);
        }
    }

    /// <summary>The rows of A that a worker has packed in this product: a stretch, which grows at its end.</summary>
    private record struct PackedRows(int Start, int End);

    /// <summary>Panels as items for a team: each worker's share in groups of as many, as far as that goes, then what does not go round, in parts by rows (<see cref="RowSplit"/>).</summary>
    private readonly record struct PanelGroups(RowSplit Split, int Shares, int Panels, int PanelsAGroup, int RowsAStretch)
    {
        private int GroupsAShare => (Panels + PanelsAGroup - 1) / PanelsAGroup;

        public int Items => Shares * GroupsAShare + Split.Shared;

        /// <summary>As many panels a group as a cache has room for, beside the rows that go by.</summary>
        public static PanelGroups Of<TWide>(Shape s, int threads) where TWide : struct, IWide<TWide>
        {
            var split = RowSplit.Of(Panel<TWide>.CountFor(s.N), s.M, RowsAnItem, threads);
            // Rows that all stay in a cache need no stretches, and of one panel after the other two strips of C are written at a time, not eight.
            return StayInCache(s.M, s.K)
                ? new(split, threads, split.Whole / threads, 1, s.M)
                : new(split, threads, split.Whole / threads, Math.Clamp(SharedPanelsLimit / (Panel<TWide>.Width * s.K), 1, MostPanelsAGroup), RowsAnItem);
        }

        /// <summary>An item's panels, and its rows of them.</summary>
        public (int Panel, int Count, int Start, int End) this[int item]
        {
            get
            {
                int groups = Shares * GroupsAShare;
                if (item >= groups)
                {
                    var (panel, start, end) = Split[Split.Whole + item - groups];
                    return (panel, 1, start, end);
                }
                int first = item % GroupsAShare * PanelsAGroup;
                return (item / GroupsAShare * Panels + first, Math.Min(PanelsAGroup, Panels - first), 0, Split.Rows);
            }
        }
    }

    /// <summary>An item is a group of panels, which it packs, with all rows of A, a stretch of them at a time.</summary>
    private ref struct WeightGradientByPanels<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Operands Operands;

        /// <summary>All rows of A, packed for all workers; empty where each packs those that it needs.</summary>
        public required Span<float> Shared;

        /// <summary>What each worker of a small team has packed.</summary>
        public required Span<PackedRows> Own;

        public required PanelGroups Groups;

        /// <summary>What each panel of the gradient moves; empty for nothing.</summary>
        public required Adam.Wide Arenas;

        public readonly void Run(int item, int worker)
        {
            var s = Operands.Shape;
            int width = Panel<TWide>.Width;
            var (first, count, start, end) = Groups[item];
            int panelFloats = Groups.PanelsAGroup * width * s.K, tileFloats = RowBlock * width;
            ref float panels = ref MemoryMarshal.GetReference(Operands.Team.ScratchOf(worker, panelFloats + tileFloats + (Shared.IsEmpty ? (s.M + RowBlock) * s.K : 0)));
            ref float tile = ref Unsafe.Add(ref panels, panelFloats);
            ref float rows = ref Shared.IsEmpty ? ref Unsafe.Add(ref tile, tileFloats) : ref MemoryMarshal.GetReference(Shared);
            for (int p = 0; p < count; p++)
                Operands.Pack<TWide>(first + p, ref Unsafe.Add(ref panels, p * width * s.K), 0, s.K);
            for (int row = start, height; row < end; row += height)
            {
                height = Math.Min(Groups.RowsAStretch, end - row);
                if (Shared.IsEmpty)
                    Pack(row, height, ref rows, ref Own[worker]);
                for (int p = 0; p < count; p++)
                {
                    bool comesNext = Shared.IsEmpty && p == 0 && row + height < end && row + height == Own[worker].End;
                    ref float next = ref Next(first + count + p, row + height, end, comesNext, ref tile, out nint step);
                    Operands.Multiply<TWide, PackedSides>(
                        row, height, ref Unsafe.Add(ref rows, row * s.K), new(s.K, 1, Panel<TWide>.MostRows), first + p, ref Unsafe.Add(ref panels, p * width * s.K), TWide.Count, ref tile,
                        ref next, step, 0);
                }
            }
            // Where weights are moved, a group is one panel: see StayInCache.
            if (!Arenas.Parameters.IsEmpty)
                MoveRows(start, end - start, first);
        }

        /// <summary>
        /// What is packed next, and so is fetched behind the first row block of now, two lines of each k: with a group's first panel the rows behind these, with the last rows the panel that takes this one's place.
        /// </summary>
        private readonly ref float Next(int panel, int row, int end, bool isRow, ref float nothing, out nint step)
        {
            var s = Operands.Shape;
            int column = panel * Panel<TWide>.Width;
            step = s.AColumn;
            if (isRow)
                return ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.A), row * s.ARow);
            step = s.BRow;
            if (row == end && column < s.N)
                return ref Unsafe.Add(ref MemoryMarshal.GetReference(Operands.B), column * s.BColumn);
            step = 0;
            return ref nothing;
        }

        /// <summary>Moves the weights of some rows of a panel, whose gradients this worker has just made.</summary>
        private readonly void MoveRows(int row, int height, int panel)
        {
            int end = Math.Min((panel + 1) * Panel<TWide>.Width, Operands.Shape.N), length = height * WeightMatrix.StripColumns;
            for (int column = panel * Panel<TWide>.Width; column < end; column += WeightMatrix.StripColumns)
            {
                int start = column / WeightMatrix.StripColumns * (int)Operands.CStrip + row * WeightMatrix.StripColumns;
                CacheLines.Own(Arenas.Parameters.Slice(start, length));
                Arenas.Move(start, length);
            }
        }

        /// <summary>Sees to it that so many rows are packed in their places.</summary>
        private readonly void Pack(int row, int count, ref float rows, ref PackedRows own)
        {
            if (row < own.Start || row > own.End)
                own = new(row, row);
            // A few at a time: blocks may lie so far apart that all meet in one set of a cache.
            for (; own.End < row + count; own.End += Math.Min(RowsAnItem, row + count - own.End))
                Operands.PackRows<TWide>(own.End, Math.Min(RowsAnItem, row + count - own.End), ref Unsafe.Add(ref rows, own.End * Operands.Shape.K));
        }
    }
}
