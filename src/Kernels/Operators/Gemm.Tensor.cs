using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Columns of C that a group computes on tensor cores; its rows are those of its <see cref="ITensorSums{TSelf}"/>.</summary>
    private const int TensorColumns = 32;

    /// <summary>The k that a warp takes at once: a lane reads four of them, so that whole fours go from memory to registers, and two instructions multiply eight each.</summary>
    private const int TensorRun = 16;

    /// <summary>Each of the eight teams is a warp. Team t adds k = t·16 … t·16+15, then those 128 further, and so on; the eight sums are added in order, whatever the tile.</summary>
    private const int TensorPeriod = Teams * TensorRun;

    private const int TensorLanes = Teams * 32;

    // The teams' sums, in fours a row: one more than they need, so that a warp's rows lie in different banks.
    private const int SumPitch = TensorColumns / 4 + 1;

    /// <summary>
    /// A warp's sums in the layout of <c>mma.m16n8k8</c> (PTX ISA, "Matrix Fragments for mma.m16n8k8"): blocks of 16×8. Lane (group, member) = (lane / 4, lane % 4) holds of each block
    /// the rows group and group + 8 and the columns 2·member and 2·member + 1. Which line of an operand a row or a column of a block is, and which k, is free as long as both operands and C
    /// agree: <see cref="FragmentReader{TLayout, TReading}"/>.
    /// </summary>
    internal interface ITensorSums<TSelf> where TSelf : struct, ITensorSums<TSelf>
    {
        /// <summary>Rows of the tile: 16, or 32 with a second line of blocks below the first.</summary>
        static abstract int Rows { get; }

        /// <summary>Zeros. Called once a kernel, before anything else.</summary>
        static abstract TSelf Zero();

        /// <summary>
        /// sums + A·B for 16 k, of which this lane has four, member·4 and the next three, of four lines each: of A the lines that are rows group and group + 8 of the upper block (X, Y) and
        /// of the lower one (Z, W), of B the lines that are column group of each of the four blocks. Every lane of the group comes here, or none.
        /// </summary>
        /// <param name="sums">So far.</param>
        /// <param name="a">Of A.</param>
        /// <param name="b">Of B.</param>
        /// <param name="shared">The group's shared memory, for who has no tensor cores.</param>
        static abstract TSelf Add(TSelf sums, Quad a, Quad b, ArrayView<Float4> shared);

        /// <summary>Stores a lane's sums: columns 2·member of its blocks to the four at <paramref name="at"/>, the next columns to the one behind it, and the blocks' other rows so many fours further.</summary>
        static abstract void Store(TSelf sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock);
    }

    /// <summary>What a lane reads of an operand for 16 k: two fours or four.</summary>
    private readonly struct Fragment(Float4 x0, Float4 x1, Float4 x2, Float4 x3)
    {
        public readonly Float4 X0 = x0, X1 = x1, X2 = x2, X3 = x3;
    }

    /// <summary>
    /// An operand as a lane of a warp sees it. Of 16 k it reads member·4 and the next three, for its share of the lines, so that whole fours are its elements: along k each four is four k of one
    /// line, across k four lines of one k.
    /// </summary>
    private readonly struct FragmentReader<TLayout, TReading>
        where TLayout : struct, ILayout
        where TReading : struct, IReading
    {
        private readonly Operand _operand;
        private readonly Place _p0, _p1, _p2, _p3;
        private readonly bool _all;

        /// <param name="operand">Which.</param>
        /// <param name="firstLine">The tile's first line.</param>
        /// <param name="line">The lane's first line within the tile.</param>
        /// <param name="step">Lines from there to the lane's next; 1 across k, where a four has them all.</param>
        /// <param name="k">The lane's first k.</param>
        /// <param name="all">Whether a lane has four lines; else two.</param>
        public FragmentReader(Operand operand, int firstLine, int line, int step, int k, bool all)
        {
            _operand = operand;
            _all = all;
            int lineStep = TLayout.IsAlongK ? step : 0, kStep = TLayout.IsAlongK ? 0 : 1;
            _p0 = PlaceOf(operand, firstLine + line, k);
            _p1 = PlaceOf(operand, firstLine + line + lineStep, k + kStep);
            _p2 = PlaceOf(operand, firstLine + line + 2 * lineStep, k + 2 * kStep);
            _p3 = PlaceOf(operand, firstLine + line + 3 * lineStep, k + 3 * kStep);
        }

        /// <summary>Takes all that is worked out here to compute.</summary>
        public int Places => _p0.At ^ _p1.At ^ _p2.At ^ _p3.At;

        private static Place PlaceOf(Operand o, int line, int k)
        {
            // In place of a line beyond the last the first is read: what is made of it is not stored.
            line = line < o.Lines ? line : 0;
            return new(line * o.Line + k * o.Step, line, k);
        }

        /// <summary>Reads for the k from <paramref name="k"/> on, all of which there are.</summary>
        public Fragment Read(ArrayView<float> x, int k) => Read(x, k, whole: true);

        /// <summary>Reads for the k from <paramref name="k"/> on, anything where there are none.</summary>
        public Fragment ReadLast(ArrayView<float> x, int k) => Read(x, k, whole: false);

        private Fragment Read(ArrayView<float> x, int k, bool whole) => new(
            TReading.Read<TLayout>(x, _operand, _p0, k, whole), TReading.Read<TLayout>(x, _operand, _p1, k, whole),
            _all ? TReading.Read<TLayout>(x, _operand, _p2, k, whole) : default, _all ? TReading.Read<TLayout>(x, _operand, _p3, k, whole) : default);

        /// <summary>What <see cref="ReadLast"/> read, with zeros for k ≥ K.</summary>
        public Fragment Inside(Fragment read, int k) => new(
            Inside<TLayout>(_operand, _p0, k, read.X0), Inside<TLayout>(_operand, _p1, k, read.X1), Inside<TLayout>(_operand, _p2, k, read.X2), Inside<TLayout>(_operand, _p3, k, read.X3));
    }

    /// <summary>sums + A·B for the 16 k of two fragments.</summary>
    private static TSums Add<TSums, TLeft, TRight>(TSums sums, Fragment a, Fragment b, ArrayView<Float4> shared)
        where TSums : struct, ITensorSums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout =>
        TSums.Add(sums, TLeft.Turned(a.X0, a.X1, a.X2, a.X3), TRight.Turned(b.X0, b.X1, b.X2, b.X3), shared);

    /// <summary>
    /// C = A·B, a tile a group. No operand goes through shared memory: each warp reads its own k, straight to the registers that the tensor cores take, with two runs under way while one is
    /// multiplied; so nothing meets before the sums do. The run that K cuts short comes first, while the next are read.
    /// </summary>
    private static void TensorKernel<TSums, TLeft, TRight, TReading>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> bias, Shape s, Epilogue epilogue)
        where TSums : struct, ITensorSums<TSums>
        where TLeft : struct, ILayout
        where TRight : struct, ILayout
        where TReading : struct, IReading
    {
        var shared = SharedMemory.Allocate<Float4>(Teams * 32 * SumPitch);
        int lane = Group.IdxX & 31, team = Group.IdxX / 32;
        int group = lane / 4, member = lane & 3;
        int row = Grid.IdxX * TSums.Rows, column = Grid.IdxY * TensorColumns;
        // Along k a warp's eight rows are neighbours, whose sums lie in different banks; across k a lane's four are.
        int rowOfA = TLeft.IsAlongK ? group : 4 * group, rowStep = TLeft.IsAlongK ? 8 : 1;
        int firstK = team * TensorRun + 4 * member;
        var left = new FragmentReader<TLeft, TReading>(new Operand(s.M, s.K, s.ARow, s.AColumn), row, rowOfA, rowStep, firstK, TSums.Rows == 32);
        // Its four columns are neighbours, so their sums are fours.
        var right = new FragmentReader<TRight, TReading>(new Operand(s.N, s.K, s.BColumn, s.BRow), column, 4 * group, 1, firstK, all: true);
        EarlierLaunches.Await(left.Places ^ right.Places);

        var sums = TSums.Zero();
        int whole = s.K & ~(TensorPeriod - 1);
        Fragment ofA = default, ofB = default, nextOfA = default, nextOfB = default;
        if (whole > 0)
        {
            ofA = left.Read(a, 0);
            ofB = right.Read(b, 0);
        }
        if (whole > TensorPeriod)
        {
            nextOfA = left.Read(a, TensorPeriod);
            nextOfB = right.Read(b, TensorPeriod);
        }
        if (whole < s.K)
        {
            Fragment lastOfA = left.Inside(left.ReadLast(a, whole), whole), lastOfB = right.Inside(right.ReadLast(b, whole), whole);
            sums = Add<TSums, TLeft, TRight>(sums, lastOfA, lastOfB, shared);
        }
        int k = 0;
        for (; k + TensorPeriod < whole; k += 2 * TensorPeriod)
        {
            sums = Add<TSums, TLeft, TRight>(sums, ofA, ofB, shared);
            if (k + 2 * TensorPeriod < whole)
            {
                ofA = left.Read(a, k + 2 * TensorPeriod);
                ofB = right.Read(b, k + 2 * TensorPeriod);
            }
            sums = Add<TSums, TLeft, TRight>(sums, nextOfA, nextOfB, shared);
            if (k + 3 * TensorPeriod < whole)
            {
                nextOfA = left.Read(a, k + 3 * TensorPeriod);
                nextOfB = right.Read(b, k + 3 * TensorPeriod);
            }
        }
        if (k < whole)
            sums = Add<TSums, TLeft, TRight>(sums, ofA, ofB, shared);

        TSums.Store(sums, shared, (team * TSums.Rows + rowOfA) * SumPitch + 2 * member, rowStep * SumPitch, 2 * rowStep * SumPitch);
        GroupBarrier.Wait();
        for (int i = Group.IdxX; i < TSums.Rows * TensorColumns / 4; i += TensorLanes)
        {
            int at = i / (TensorColumns / 4) * SumPitch + (i & (TensorColumns / 4 - 1));
            Store(
                c, bias, s, epilogue, row + i / (TensorColumns / 4), new RowFour(column + (i & (TensorColumns / 4 - 1)) * 4, 1, s.N), SumOfTeams(shared, at, TSums.Rows * SumPitch));
        }
    }
}
