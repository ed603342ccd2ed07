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

    /// <summary>What a lane reads of each slice: the place of its four in the first one.</summary>
    internal readonly struct Place(int at, int line, int k)
    {
        /// <summary>The first float.</summary>
        public readonly int At = at;

        /// <summary>Its line and its k.</summary>
        public readonly int Line = line, K = k;
    }

    private static Place PlaceOf<TLayout>(Operand o, int firstLine, int lines, int depth, int index) where TLayout : struct, ILayout
    {
        int line = firstLine + TLayout.LineOf(lines, depth, index);
        int k = TLayout.DepthOf(lines, depth, index);
        // In place of a line beyond the last the first is read: what is made of it is not stored.
        line = line < o.Lines ? line : 0;
        return new(line * o.Line + k * o.Step, line, k);
    }

    /// <summary>How four floats are read.</summary>
    internal interface IReading
    {
        /// <summary>The four elements of the slice that starts at <paramref name="k"/>; anything where they lie outside of the operand.</summary>
        static abstract Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k) where TLayout : struct, ILayout;
    }

    /// <summary>One load of 128 bits: every line starts at a multiple of 16 bytes, and what lies behind its end up to the next such multiple may be read.</summary>
    internal readonly struct Fours : IReading
    {
        public static Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k) where TLayout : struct, ILayout
        {
            // An address that is always good instead of a branch: the load goes out and nothing waits for it before the slice is stored.
            int at = k + place.K < o.Depth ? place.At + k * o.Step : 0;
            return x.Cast<Float4>()[at >> 2];
        }
    }

    /// <summary>Four loads, for any stride and alignment.</summary>
    internal readonly struct Singles : IReading
    {
        public static Float4 Read<TLayout>(ArrayView<float> x, Operand o, Place place, int k) where TLayout : struct, ILayout
        {
            int left = o.Depth - k - place.K;
            int count = left <= 0 ? 0 : TLayout.IsAlongK ? left : o.Lines - place.Line;
            int at = place.At + k * o.Step;
            return new(x[count > 0 ? at : 0], x[count > 1 ? at + 1 : 0], x[count > 2 ? at + 2 : 0], x[count > 3 ? at + 3 : 0]);
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
        int teamLanes = TTile.LaneRows * TTile.LaneColumns;
        int lanes = Teams * teamLanes;
        int rows = 4 * TTile.LaneRows * TSums.Down;
        int columns = 4 * TTile.LaneColumns * TSums.Across;
        int firstB = TLeft.Fours(rows, TTile.Depth);
        var shared = SharedMemory.Allocate<Float4>(SharedLength(teamLanes, firstB + TRight.Fours(columns, TTile.Depth)));

        int lane = Group.IdxX;
        int row = Grid.IdxX * rows;
        int column = Grid.IdxY * columns;
        int team = lane / teamLanes;
        // Neighbours stand below one another, pair by pair beside one another: so a lane and the next read the same four of B, and every second lane the same of A. That is what lets two
        // quarters of a warp read fours of shared memory at once.
        int laneRow = lane % teamLanes / (2 * TTile.LaneColumns) * 2 + lane % 2;
        int laneColumn = lane / 2 % TTile.LaneColumns;
        var operandA = new Operand(s.M, s.K, s.ARow, s.AColumn);
        var operandB = new Operand(s.N, s.K, s.BColumn, s.BRow);
        // One, two or four fours a lane. Those that a tile does not use cost nothing.
        int foursOfA = rows * TTile.Depth / 4 / lanes;
        int foursOfB = columns * TTile.Depth / 4 / lanes;
        var placeA0 = PlaceOf<TLeft>(operandA, row, rows, TTile.Depth, lane);
        var placeA1 = PlaceOf<TLeft>(operandA, row, rows, TTile.Depth, lane + lanes);
        var placeA2 = PlaceOf<TLeft>(operandA, row, rows, TTile.Depth, lane + 2 * lanes);
        var placeA3 = PlaceOf<TLeft>(operandA, row, rows, TTile.Depth, lane + 3 * lanes);
        var placeB0 = PlaceOf<TRight>(operandB, column, columns, TTile.Depth, lane);
        var placeB1 = PlaceOf<TRight>(operandB, column, columns, TTile.Depth, lane + lanes);
        var placeB2 = PlaceOf<TRight>(operandB, column, columns, TTile.Depth, lane + 2 * lanes);
        var placeB3 = PlaceOf<TRight>(operandB, column, columns, TTile.Depth, lane + 3 * lanes);
        int slotA = TLeft.Slot(rows, TTile.Depth, lane);
        int slotB = firstB + TRight.Slot(columns, TTile.Depth, lane);
        int nextSlotA = TLeft.Slot(rows, TTile.Depth, lanes);
        int nextSlotB = TRight.Slot(columns, TTile.Depth, lanes);
        int firstOfA = TLeft.First(rows, TTile.Depth, laneRow, 0);
        int firstOfB = firstB + TRight.First(columns, TTile.Depth, laneColumn, 0);

        var sums = default(TSums);
        Float4 a1 = default, a2 = default, a3 = default, b1 = default, b2 = default, b3 = default;
        var a0 = TReading.Read<TLeft>(a, operandA, placeA0, 0);
        if (foursOfA > 1)
            a1 = TReading.Read<TLeft>(a, operandA, placeA1, 0);
        if (foursOfA > 2)
        {
            a2 = TReading.Read<TLeft>(a, operandA, placeA2, 0);
            a3 = TReading.Read<TLeft>(a, operandA, placeA3, 0);
        }
        var b0 = TReading.Read<TRight>(b, operandB, placeB0, 0);
        if (foursOfB > 1)
            b1 = TReading.Read<TRight>(b, operandB, placeB1, 0);
        if (foursOfB > 2)
        {
            b2 = TReading.Read<TRight>(b, operandB, placeB2, 0);
            b3 = TReading.Read<TRight>(b, operandB, placeB3, 0);
        }
        for (int k = 0; k < s.K; k += TTile.Depth)
        {
            // Twice the same, that there is one branch.
            if (k + TTile.Depth <= s.K)
            {
                shared[slotA] = a0;
                if (foursOfA > 1)
                    shared[slotA + nextSlotA] = a1;
                if (foursOfA > 2)
                {
                    shared[slotA + 2 * nextSlotA] = a2;
                    shared[slotA + 3 * nextSlotA] = a3;
                }
                shared[slotB] = b0;
                if (foursOfB > 1)
                    shared[slotB + nextSlotB] = b1;
                if (foursOfB > 2)
                {
                    shared[slotB + 2 * nextSlotB] = b2;
                    shared[slotB + 3 * nextSlotB] = b3;
                }
            }
            else
            {
                shared[slotA] = Inside<TLeft>(operandA, placeA0, k, a0);
                if (foursOfA > 1)
                    shared[slotA + nextSlotA] = Inside<TLeft>(operandA, placeA1, k, a1);
                if (foursOfA > 2)
                {
                    shared[slotA + 2 * nextSlotA] = Inside<TLeft>(operandA, placeA2, k, a2);
                    shared[slotA + 3 * nextSlotA] = Inside<TLeft>(operandA, placeA3, k, a3);
                }
                shared[slotB] = Inside<TRight>(operandB, placeB0, k, b0);
                if (foursOfB > 1)
                    shared[slotB + nextSlotB] = Inside<TRight>(operandB, placeB1, k, b1);
                if (foursOfB > 2)
                {
                    shared[slotB + 2 * nextSlotB] = Inside<TRight>(operandB, placeB2, k, b2);
                    shared[slotB + 3 * nextSlotB] = Inside<TRight>(operandB, placeB3, k, b3);
                }
            }
            GroupBarrier.Wait();

            // The next slices travel while these are multiplied.
            int next = k + TTile.Depth;
            a0 = TReading.Read<TLeft>(a, operandA, placeA0, next);
            if (foursOfA > 1)
                a1 = TReading.Read<TLeft>(a, operandA, placeA1, next);
            if (foursOfA > 2)
            {
                a2 = TReading.Read<TLeft>(a, operandA, placeA2, next);
                a3 = TReading.Read<TLeft>(a, operandA, placeA3, next);
            }
            b0 = TReading.Read<TRight>(b, operandB, placeB0, next);
            if (foursOfB > 1)
                b1 = TReading.Read<TRight>(b, operandB, placeB1, next);
            if (foursOfB > 2)
            {
                b2 = TReading.Read<TRight>(b, operandB, placeB2, next);
                b3 = TReading.Read<TRight>(b, operandB, placeB3, next);
            }

            // Goes round once: a body of its own is what keeps ILGPU from moving reads of memory to where they are used, the next slice's behind the sums and the sums' behind the
            // barrier. Its lines are the slice's periods, because nothing unrolls a loop.
            for (int i = team * Run; i < Period; i += Period)
            {
                sums = AddFour<TTile, TSums, TLeft, TRight>(sums, shared, firstOfA, firstOfB, i);
                if (TTile.Depth > Period)
                    sums = AddFour<TTile, TSums, TLeft, TRight>(sums, shared, firstOfA, firstOfB, i + Period);
                if (TTile.Depth > 2 * Period)
                {
                    sums = AddFour<TTile, TSums, TLeft, TRight>(sums, shared, firstOfA, firstOfB, i + 2 * Period);
                    sums = AddFour<TTile, TSums, TLeft, TRight>(sums, shared, firstOfA, firstOfB, i + 3 * Period);
                }
            }
            GroupBarrier.Wait();
        }

        // The teams' blocks meet in shared memory, one of a lane's blocks at a time, and each lane takes two elements of it.
        var floats = shared.Cast<float>();
        int ofTeam = 16 * teamLanes;
        for (int block = 0; block < TSums.Down * TSums.Across; block++)
        {
            var mine = TSums.Block(sums, block);
            int to = (team * TTile.LaneRows + laneRow) * 4 * TTile.LaneColumns + laneColumn;
            shared[to] = mine.Row0;
            shared[to + TTile.LaneColumns] = mine.Row1;
            shared[to + 2 * TTile.LaneColumns] = mine.Row2;
            shared[to + 3 * TTile.LaneColumns] = mine.Row3;
            GroupBarrier.Wait();
            for (int i = lane; i < ofTeam; i += lanes)
            {
                float total = floats[i] + floats[i + ofTeam] + floats[i + 2 * ofTeam] + floats[i + 3 * ofTeam]
                    + floats[i + 4 * ofTeam] + floats[i + 5 * ofTeam] + floats[i + 6 * ofTeam] + floats[i + 7 * ofTeam];
                int x = i % (4 * TTile.LaneColumns), y = i / (4 * TTile.LaneColumns);
                Store(
                    c, bias, s, epilogue,
                    row + block % TSums.Down * 4 * TTile.LaneRows + TLeft.BlockLine(y / 4, y % 4, TTile.LaneRows),
                    column + block / TSums.Down * 4 * TTile.LaneColumns + TRight.BlockLine(x / 4, x % 4, TTile.LaneColumns), total);
            }
            GroupBarrier.Wait();
        }
    }

    /// <summary>Adds a lane's products of the four k from <paramref name="k"/> on of the slices.</summary>
    private static TSums AddFour<TTile, TSums, TLeft, TRight>(TSums sums, ArrayView<Float4> slices, int firstOfA, int firstOfB, int k)
        where TTile : struct, ITile
        where TSums : struct, ISums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
    {
        int rows = 4 * TTile.LaneRows * TSums.Down;
        int columns = 4 * TTile.LaneColumns * TSums.Across;
        return TSums.Add<TLeft, TRight>(
            sums,
            slices.SubView(firstOfA + TLeft.First(rows, TTile.Depth, 0, k)), TLeft.Stride(rows, TTile.Depth, TTile.LaneRows), TLeft.Block(rows, TTile.Depth, TTile.LaneRows),
            slices.SubView(firstOfB + TRight.First(columns, TTile.Depth, 0, k)), TRight.Stride(columns, TTile.Depth, TTile.LaneColumns), TRight.Block(columns, TTile.Depth, TTile.LaneColumns));
    }

    /// <summary>Fours of shared memory: the slices, or one block of each team's lanes.</summary>
    private static int SharedLength(int teamLanes, int slices)
    {
        int blocks = Teams * teamLanes * 4;
        return slices > blocks ? slices : blocks;
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
}
