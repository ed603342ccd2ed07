using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Teams a group. Each adds its own share of the k: split-K inside the group, so nothing but C is written and nothing is added atomically.</summary>
    internal const int Teams = 8;

    /// <summary>Neighbouring k that one team adds: what a four holds.</summary>
    private const int Run = 4;

    /// <summary>Team t adds k = t·4 … t·4+3, then those 32 further, and so on; the eight sums are added in order. This holds for every tile, so all give the same bits.</summary>
    internal const int Period = Teams * Run;

    /// <summary>An operand in memory. Its lines are the rows of A or the columns of B; of line and step, the floats from a line or a k to the next, one is 1.</summary>
    internal readonly struct Operand(int lines, int depth, int line, int step)
    {
        public readonly int Lines = lines, Depth = depth, Line = line, Step = step;
    }

    /// <summary>The place of a four of an operand's first slice: its first float, and that one's line and k.</summary>
    internal readonly struct Place(int at, int line, int k)
    {
        public readonly int At = at, Line = line, K = k;
    }

    /// <summary>What a lane reads of a slice: one four or two.</summary>
    private readonly struct Two(Float4 first, Float4 second)
    {
        public readonly Float4 First = first, Second = second;
    }

    /// <summary>How four floats are read.</summary>
    internal interface IReading
    {
        /// <summary>The four elements of the slice that starts at <paramref name="k"/>; anything where they lie outside of the operand. Of a whole slice no k does.</summary>
        static abstract Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k, bool whole) where TLayout : struct, ILayout;
    }

    /// <summary>One load of 128 bits: every line starts at a multiple of 16 bytes, and what lies behind its end up to the next such multiple may be read.</summary>
    internal readonly struct Fours : IReading
    {
        public static Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k, bool whole) where TLayout : struct, ILayout
        {
            // Both are multiples of four, and the second is the same for all lanes.
            int at = (place.At >> 2) + (k * o.Step >> 2);
            // An address that is always good instead of a branch: the load goes out and nothing waits for it before the slice is stored.
            return x.Cast<Float4>()[whole || k + place.K < o.Depth ? at : 0];
        }
    }

    /// <summary>Four loads, for any stride and alignment.</summary>
    internal readonly struct Singles : IReading
    {
        public static Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k, bool whole) where TLayout : struct, ILayout
        {
            int left = o.Depth - k - place.K;
            int count = left <= 0 ? 0 : TLayout.IsAlongK ? left : o.Lines - place.Line;
            int at = place.At + k * o.Step;
            return new(x[count > 0 ? at : 0], x[count > 1 ? at + 1 : 0], x[count > 2 ? at + 2 : 0], x[count > 3 ? at + 3 : 0]);
        }
    }

    /// <summary>An operand as a lane sees it: which fours it reads of each slice, and where it stores them. Of a slice with no more fours than lanes it is one.</summary>
    private readonly struct Side<TLayout, TReading>
        where TLayout : struct, ILayout
        where TReading : struct, IReading
    {
        private readonly Operand _operand;
        private readonly Place _first, _second;
        private readonly int _depth, _slot, _nextSlot;
        private readonly bool _two;

        /// <summary>The operand's lines from <paramref name="firstLine"/> on, so many a slice, which is <paramref name="depth"/> deep and stands at <paramref name="at"/>.</summary>
        public Side(Operand operand, int firstLine, int lines, int depth, int at, int lane, int lanes)
        {
            _operand = operand;
            _depth = depth;
            _first = PlaceOf(operand, firstLine, lines, depth, lane);
            _second = PlaceOf(operand, firstLine, lines, depth, lane + lanes);
            _slot = at + TLayout.Slot(lines, depth, lane);
            _nextSlot = TLayout.Slot(lines, depth, lanes);
            _two = lines * depth / 4 > lanes;
        }

        /// <summary>Takes all that is worked out here to compute.</summary>
        public int Places => _first.At ^ _second.At ^ _slot;

        private static Place PlaceOf(Operand o, int firstLine, int lines, int depth, int index)
        {
            int line = firstLine + TLayout.LineOf(lines, depth, index);
            int k = TLayout.DepthOf(lines, depth, index);
            // In place of a line beyond the last the first is read: what is made of it is not stored.
            line = line < o.Lines ? line : 0;
            return new(line * o.Line + k * o.Step, line, k);
        }

        /// <summary>Reads of the slice that starts at <paramref name="k"/>.</summary>
        public Two Read(ArrayView<float> x, int k)
        {
            // Of a whole slice, all but the last, no four is asked whether it lies inside.
            if (k + _depth <= _operand.Depth)
                return Read(x, k, whole: true);
            return Read(x, k, whole: false);
        }

        private Two Read(ArrayView<float> x, int k, bool whole) =>
            new(TReading.Read<TLayout>(x, _operand, _first, k, whole), _two ? TReading.Read<TLayout>(x, _operand, _second, k, whole) : default);

        /// <summary>Stores what was read of the slice that starts at <paramref name="k"/>.</summary>
        public void Store(ArrayView<Float4> slices, Two read, int k)
        {
            if (k + _depth <= _operand.Depth)
            {
                slices[_slot] = read.First;
                if (_two)
                    slices[_slot + _nextSlot] = read.Second;
            }
            else
            {
                slices[_slot] = Inside<TLayout>(_operand, _first, k, read.First);
                if (_two)
                    slices[_slot + _nextSlot] = Inside<TLayout>(_operand, _second, k, read.Second);
            }
        }
    }

    /// <summary>A four of the last slice, with zeros for k ≥ K: beyond the lines nothing is added to a sum that is stored.</summary>
    private static Float4 Inside<TLayout>(Operand o, Place place, int k, Float4 four) where TLayout : struct, ILayout
    {
        int left = o.Depth - k - place.K;
        int next = TLayout.IsAlongK ? 1 : 0;
        return new(left > 0 ? four.X : 0f, left > next ? four.Y : 0f, left > 2 * next ? four.Z : 0f, left > 3 * next ? four.W : 0f);
    }

    private static void Kernel<TTile, TSums, TLeft, TRight, TReading>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TTile : struct, ITile
        where TSums : struct, ISums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
        where TReading : struct, IReading
    {
        int laneRows = TTile.Rows / TSums.Rows, laneColumns = TTile.Columns / 4;
        int teamLanes = laneRows * laneColumns;
        int lanes = Teams * teamLanes;
        int firstB = TLeft.Fours(TTile.Rows, TTile.Depth);
        int slices = firstB + TRight.Fours(TTile.Columns, TTile.Depth);
        var shared = SharedMemory.Allocate<Float4>(Math.Max(2 * slices, Teams * TTile.Rows * laneColumns));

        int lane = Group.IdxX;
        int row = Grid.IdxX * TTile.Rows;
        int column = Grid.IdxY * TTile.Columns;
        int team = lane / teamLanes;
        // Neighbours stand below one another, pair by pair beside one another: so a lane and the next read the same four of B, and every second lane the same of A. That is what lets two
        // quarters of a warp read fours of shared memory at once.
        int laneRow = (lane & (teamLanes - 1)) / (2 * laneColumns) * 2 + (lane & 1);
        int laneColumn = lane / 2 & (laneColumns - 1);
        var left = new Side<TLeft, TReading>(new Operand(s.M, s.K, s.ARow, s.AColumn), row, TTile.Rows, TTile.Depth, 0, lane, lanes);
        var right = new Side<TRight, TReading>(new Operand(s.N, s.K, s.BColumn, s.BRow), column, TTile.Columns, TTile.Depth, firstB, lane, lanes);
        int firstOfA = TLeft.First(TTile.Rows, TTile.Depth, laneRow, 0);
        int firstOfB = firstB + TRight.First(TTile.Columns, TTile.Depth, laneColumn, 0);

        EarlierLaunches.Await(left.Places ^ right.Places ^ firstOfA ^ firstOfB);

        // Slices in two places in turns, each read from memory while the two before it are multiplied. One barrier a slice is enough: who stores the next but one has met, at the
        // barrier before, all who have multiplied this one.
        var here = shared.SubView(0, slices);
        var there = shared.SubView(slices, slices);
        var sums = default(TSums);
        Two ofA = left.Read(a, 0), ofB = right.Read(b, 0);
        Two nextOfA = left.Read(a, TTile.Depth), nextOfB = right.Read(b, TTile.Depth);
        int k = 0;
        for (; k + TTile.Depth < s.K; k += 2 * TTile.Depth)
        {
            left.Store(here, ofA, k);
            right.Store(here, ofB, k);
            GroupBarrier.Wait();
            if (k + 2 * TTile.Depth < s.K)
            {
                ofA = left.Read(a, k + 2 * TTile.Depth);
                ofB = right.Read(b, k + 2 * TTile.Depth);
            }
            sums = AddSlice<TTile, TSums, TLeft, TRight>(sums, here, firstOfA, firstOfB, team);

            left.Store(there, nextOfA, k + TTile.Depth);
            right.Store(there, nextOfB, k + TTile.Depth);
            GroupBarrier.Wait();
            if (k + 3 * TTile.Depth < s.K)
            {
                nextOfA = left.Read(a, k + 3 * TTile.Depth);
                nextOfB = right.Read(b, k + 3 * TTile.Depth);
            }
            sums = AddSlice<TTile, TSums, TLeft, TRight>(sums, there, firstOfA, firstOfB, team);
        }
        if (k < s.K)
        {
            left.Store(here, ofA, k);
            right.Store(here, ofB, k);
            GroupBarrier.Wait();
            sums = AddSlice<TTile, TSums, TLeft, TRight>(sums, here, firstOfA, firstOfB, team);
        }
        GroupBarrier.Wait();

        // The teams' sums meet in shared memory, and a lane finishes four of a row.
        TSums.Store(sums, shared, (team * TTile.Rows + TLeft.FirstLine(laneRow)) * laneColumns + laneColumn, TLeft.LineStep(laneRows) * laneColumns, 4 * laneRows * laneColumns);
        GroupBarrier.Wait();
        for (int i = lane; i < TTile.Rows * laneColumns; i += lanes)
        {
            var columns = new RowFour(column + TRight.FirstLine(i & (laneColumns - 1)), TRight.LineStep(laneColumns), s.N);
            Store(c, bias, s, epilogue, row + i / laneColumns, columns, SumOfTeams(shared, i, TTile.Rows * laneColumns));
        }
    }

    /// <summary>The eight teams' fours at a place, added in order.</summary>
    private static Float4 SumOfTeams(ArrayView<Float4> x, int at, int ofTeam)
    {
        Float4 x0 = x[at], x1 = x[at + ofTeam], x2 = x[at + 2 * ofTeam], x3 = x[at + 3 * ofTeam];
        Float4 x4 = x[at + 4 * ofTeam], x5 = x[at + 5 * ofTeam], x6 = x[at + 6 * ofTeam], x7 = x[at + 7 * ofTeam];
        return x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7;
    }

    /// <summary>Adds a lane's products of its team's k of a slice.</summary>
    private static TSums AddSlice<TTile, TSums, TLeft, TRight>(TSums sums, ArrayView<Float4> slice, int firstOfA, int firstOfB, int team)
        where TTile : struct, ITile
        where TSums : struct, ISums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
    {
        // Goes round once: a body of its own is what keeps ILGPU from moving the reads of the next slice behind the sums, where they are used. Its lines are the slice's periods,
        // because nothing unrolls a loop.
        for (int k = team * Run; k < Period; k += Period)
        {
            sums = AddFour<TTile, TSums, TLeft, TRight>(sums, slice, firstOfA, firstOfB, k);
            if (TTile.Depth > Period)
                sums = AddFour<TTile, TSums, TLeft, TRight>(sums, slice, firstOfA, firstOfB, k + Period);
            if (TTile.Depth > 2 * Period)
            {
                sums = AddFour<TTile, TSums, TLeft, TRight>(sums, slice, firstOfA, firstOfB, k + 2 * Period);
                sums = AddFour<TTile, TSums, TLeft, TRight>(sums, slice, firstOfA, firstOfB, k + 3 * Period);
            }
        }
        return sums;
    }

    /// <summary>Adds a lane's products of four k, from <paramref name="k"/> of a slice on.</summary>
    private static TSums AddFour<TTile, TSums, TLeft, TRight>(TSums sums, ArrayView<Float4> slice, int firstOfA, int firstOfB, int k)
        where TTile : struct, ITile
        where TSums : struct, ISums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
    {
        int laneRows = TTile.Rows / TSums.Rows, laneColumns = TTile.Columns / 4;
        return TSums.Add<TLeft, TRight>(
            sums,
            slice.SubView(firstOfA + TLeft.First(TTile.Rows, TTile.Depth, 0, k)), TLeft.Stride(TTile.Rows, TTile.Depth, laneRows), TLeft.Block(TTile.Rows, TTile.Depth, laneRows),
            slice.SubView(firstOfB + TRight.First(TTile.Columns, TTile.Depth, 0, k)), TRight.Stride(TTile.Columns, TTile.Depth, laneColumns));
    }

    /// <summary>The epilogue of a sum, if it lies in C.</summary>
    private static void Store(ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int row, int column, float sum)
    {
        if (row >= s.M || column >= s.N)
            return;
        int index = row * s.CRow + column;
        float beside = epilogue.Beside(c, index, row, column);
        if (epilogue.HasBias != 0)
            sum += bias[column];
        c[index] = epilogue.Apply(sum, beside, row, column);
    }

    /// <summary>The epilogue of four sums of a row, as far as they lie in C.</summary>
    private static void Store(ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int row, RowFour columns, Float4 sums)
    {
        if (row >= s.M || columns.First >= s.N)
            return;
        int index = row * s.CRow + columns.First;
        var beside = epilogue.Beside(c, index, row, columns);
        if (epilogue.HasBias != 0)
            sums += columns.Read(bias, columns.First, 0);
        columns.Write(c, index, epilogue.Apply(sums, beside, row, columns), epilogue.InFours);
    }
}
