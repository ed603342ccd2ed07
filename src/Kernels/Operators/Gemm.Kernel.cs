using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Teams a group. Each adds its own share of the k: split-K inside the group, so nothing but C is written and nothing is added atomically.</summary>
    internal const int Teams = 4;

    /// <summary>Neighbouring k that one team adds.</summary>
    private const int Run = 8;

    /// <summary>Team t adds k = t·8 … t·8+7, then those 32 further, and so on; the four sums are added in order. This holds for every tile, so all give the same bits.</summary>
    internal const int Period = Teams * Run;

    /// <summary>How an operand is read from memory: along the k or along its lines, the rows of A or the columns of B.</summary>
    internal readonly struct Operand(int lines, int depth, int line, int step)
    {
        public readonly int Lines = lines, Depth = depth, Line = line, Step = step;

        public bool AlongK => Step == 1;
    }

    /// <summary>How four floats are read.</summary>
    internal interface IReading
    {
        /// <summary>Four elements from (line, k) on, along the contiguous direction; anything where they lie outside of the operand.</summary>
        static abstract Float4 Read(ArrayView<float> x, Operand o, int line, int k);
    }

    /// <summary>One load of 128 bits: every line starts at a multiple of 16 bytes, and what lies behind its end up to the next such multiple may be read.</summary>
    internal readonly struct Fours : IReading
    {
        public static Float4 Read(ArrayView<float> x, Operand o, int line, int k)
        {
            // An address that is always good instead of a branch: the load goes out and nothing waits for it before the slice is stored.
            int at = line < o.Lines && k < o.Depth ? line * o.Line + k * o.Step : 0;
            return x.Cast<Float4>()[at >> 2];
        }
    }

    /// <summary>Four loads, for any stride and alignment.</summary>
    internal readonly struct Singles : IReading
    {
        public static Float4 Read(ArrayView<float> x, Operand o, int line, int k)
        {
            int nextLine = o.AlongK ? 0 : 1;
            int nextK = o.AlongK ? 1 : 0;
            return new(
                One(x, o, line, k), One(x, o, line + nextLine, k + nextK),
                One(x, o, line + 2 * nextLine, k + 2 * nextK), One(x, o, line + 3 * nextLine, k + 3 * nextK));
        }

        private static float One(ArrayView<float> x, Operand o, int line, int k) => x[line < o.Lines && k < o.Depth ? line * o.Line + k * o.Step : 0];
    }

    /// <summary>Reads four <paramref name="index"/> of a slice that starts at (line, k) and is <paramref name="width"/> lines wide.</summary>
    private static Float4 Fetch<TReading>(ArrayView<float> x, Operand o, int width, int line, int k, int index) where TReading : struct, IReading =>
        TReading.Read(x, o, line + LineOf(o, width, index), k + DepthOf(o, width, index));

    // Along k two lanes read 32 bytes, a sector, of a line and the next two the next line: so sectors are used whole, and the transposing store meets each
    // bank of shared memory once, because a row of a slice is padded to 4 floats more than a multiple of 16.
    private static int LineOf(Operand o, int width, int index) => o.AlongK ? index / 2 % width : index % (width / 4) * 4;

    private static int DepthOf(Operand o, int width, int index) => o.AlongK ? index / (2 * width) * 8 + index % 2 * 4 : index / (width / 4);

    /// <summary>Stores what <see cref="Fetch{TReading}"/> read as slice[k, line], with zeros for k ≥ K: beyond the lines nothing is added to a sum that is stored.</summary>
    private static void Stage(ArrayView<Float4> slices, int first, int pitch, Operand o, int width, int k, int index, Float4 four)
    {
        int line = LineOf(o, width, index);
        int row = DepthOf(o, width, index);
        int left = o.Depth - k - row;
        if (o.AlongK)
        {
            var floats = slices.Cast<float>();
            int at = (first + row * pitch) * 4 + line;
            floats[at] = left > 0 ? four.X : 0f;
            floats[at + 4 * pitch] = left > 1 ? four.Y : 0f;
            floats[at + 8 * pitch] = left > 2 ? four.Z : 0f;
            floats[at + 12 * pitch] = left > 3 ? four.W : 0f;
        }
        else
        {
            bool inside = left > 0;
            slices[first + row * pitch + line / 4] = new(inside ? four.X : 0f, inside ? four.Y : 0f, inside ? four.Z : 0f, inside ? four.W : 0f);
        }
    }

    private static void Kernel<TTile, TSums, TReading>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TTile : struct, ITile
        where TSums : struct, ISums<TSums>
        where TReading : struct, IReading
    {
        int teamLanes = TTile.LaneRows * TTile.LaneColumns;
        int lanes = Teams * teamLanes;
        int rows = 4 * TTile.LaneRows * TSums.Down;
        int columns = 4 * TTile.LaneColumns * TSums.Across;
        int pitchA = rows / 4 + 1;
        int pitchB = columns / 4 + 1;
        int firstB = TTile.Depth * pitchA;
        var shared = SharedMemory.Allocate<Float4>(SharedLength(TTile.LaneRows * TTile.LaneColumns, TTile.LaneRows * TSums.Down, TTile.LaneColumns * TSums.Across, TTile.Depth));

        int lane = Group.IdxX;
        int row = Grid.IdxX * rows;
        int column = Grid.IdxY * columns;
        int team = lane / teamLanes;
        int laneRow = lane % teamLanes / TTile.LaneColumns;
        int laneColumn = lane % TTile.LaneColumns;
        var operandA = new Operand(s.M, s.K, s.ARow, s.AColumn);
        var operandB = new Operand(s.N, s.K, s.BColumn, s.BRow);
        // Every tile takes two fours a lane from A, and one, two or four from B.
        int foursOfB = columns * TTile.Depth / 4 / lanes;

        var sums = default(TSums);
        var a0 = Fetch<TReading>(a, operandA, rows, row, 0, lane);
        var a1 = Fetch<TReading>(a, operandA, rows, row, 0, lane + lanes);
        var b0 = Fetch<TReading>(b, operandB, columns, column, 0, lane);
        Float4 b1 = default, b2 = default, b3 = default;
        if (foursOfB > 1)
            b1 = Fetch<TReading>(b, operandB, columns, column, 0, lane + lanes);
        if (foursOfB > 2)
        {
            b2 = Fetch<TReading>(b, operandB, columns, column, 0, lane + 2 * lanes);
            b3 = Fetch<TReading>(b, operandB, columns, column, 0, lane + 3 * lanes);
        }
        for (int k = 0; k < s.K; k += TTile.Depth)
        {
            Stage(shared, 0, pitchA, operandA, rows, k, lane, a0);
            Stage(shared, 0, pitchA, operandA, rows, k, lane + lanes, a1);
            Stage(shared, firstB, pitchB, operandB, columns, k, lane, b0);
            if (foursOfB > 1)
                Stage(shared, firstB, pitchB, operandB, columns, k, lane + lanes, b1);
            if (foursOfB > 2)
            {
                Stage(shared, firstB, pitchB, operandB, columns, k, lane + 2 * lanes, b2);
                Stage(shared, firstB, pitchB, operandB, columns, k, lane + 3 * lanes, b3);
            }
            GroupBarrier.Wait();

            // The next slices travel while these are multiplied.
            int next = k + TTile.Depth;
            a0 = Fetch<TReading>(a, operandA, rows, row, next, lane);
            a1 = Fetch<TReading>(a, operandA, rows, row, next, lane + lanes);
            b0 = Fetch<TReading>(b, operandB, columns, column, next, lane);
            if (foursOfB > 1)
                b1 = Fetch<TReading>(b, operandB, columns, column, next, lane + lanes);
            if (foursOfB > 2)
            {
                b2 = Fetch<TReading>(b, operandB, columns, column, next, lane + 2 * lanes);
                b3 = Fetch<TReading>(b, operandB, columns, column, next, lane + 3 * lanes);
            }

            for (int i = team * Run; i < TTile.Depth; i += Period)
            {
                var ofA = shared.SubView(i * pitchA + laneRow);
                var ofB = shared.SubView(firstB + i * pitchB + laneColumn);
                // Run times.
                sums = TSums.Add(sums, ofA, 0, TTile.LaneRows, ofB, 0, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, pitchA, TTile.LaneRows, ofB, pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 2 * pitchA, TTile.LaneRows, ofB, 2 * pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 3 * pitchA, TTile.LaneRows, ofB, 3 * pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 4 * pitchA, TTile.LaneRows, ofB, 4 * pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 5 * pitchA, TTile.LaneRows, ofB, 5 * pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 6 * pitchA, TTile.LaneRows, ofB, 6 * pitchB, TTile.LaneColumns);
                sums = TSums.Add(sums, ofA, 7 * pitchA, TTile.LaneRows, ofB, 7 * pitchB, TTile.LaneColumns);
            }
            GroupBarrier.Wait();
        }

        // The teams' blocks meet in shared memory, one of a lane's blocks at a time. There are as many fours of C in that as lanes.
        for (int block = 0; block < TSums.Down * TSums.Across; block++)
        {
            var mine = TSums.Block(sums, block);
            int to = (team * TTile.LaneRows + laneRow) * 4 * TTile.LaneColumns + laneColumn;
            shared[to] = mine.Row0;
            shared[to + TTile.LaneColumns] = mine.Row1;
            shared[to + 2 * TTile.LaneColumns] = mine.Row2;
            shared[to + 3 * TTile.LaneColumns] = mine.Row3;
            GroupBarrier.Wait();
            var total = shared[lane] + shared[lane + lanes] + shared[lane + 2 * lanes] + shared[lane + 3 * lanes];
            int cRow = row + block % TSums.Down * 4 * TTile.LaneRows + lane / TTile.LaneColumns;
            int cColumn = column + (block / TSums.Down * TTile.LaneColumns + lane % TTile.LaneColumns) * 4;
            if (cRow < s.M)
                StoreFour(c, bias, s, epilogue, cRow, cColumn, total);
            GroupBarrier.Wait();
        }
    }

    /// <summary>Fours of shared memory: the slices, or one block of each team's lanes.</summary>
    private static int SharedLength(int teamLanes, int rowFours, int columnFours, int depth)
    {
        int slices = depth * (rowFours + columnFours + 2);
        int blocks = Teams * teamLanes * 4;
        return slices > blocks ? slices : blocks;
    }

    /// <summary>The epilogue of four sums beside one another. Those beyond the last column are not stored.</summary>
    private static void StoreFour(ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue, int row, int column, Float4 sum)
    {
        int index = row * s.CRow + column;
        bool has1 = column + 1 < s.N, has2 = column + 2 < s.N, has3 = column + 3 < s.N;
        if (column >= s.N)
            return;
        bool together = s.CFours != 0 && has3;
        Float4 before = default;
        if (epilogue.Accumulate != 0)
        {
            before = together
                ? c.Cast<Float4>()[index >> 2]
                : new(c[index], has1 ? c[index + 1] : 0f, has2 ? c[index + 2] : 0f, has3 ? c[index + 3] : 0f);
        }
        else if (epilogue.HasBias != 0)
            sum += new Float4(bias[column], has1 ? bias[column + 1] : 0f, has2 ? bias[column + 2] : 0f, has3 ? bias[column + 3] : 0f);
        var result = new Float4(
            epilogue.Apply(sum.X, before.X), epilogue.Apply(sum.Y, before.Y), epilogue.Apply(sum.Z, before.Z), epilogue.Apply(sum.W, before.W));
        if (together)
        {
            c.Cast<Float4>()[index >> 2] = result;
            return;
        }
        c[index] = result.X;
        if (has1)
            c[index + 1] = result.Y;
        if (has2)
            c[index + 2] = result.Z;
        if (has3)
            c[index + 3] = result.W;
    }
}
