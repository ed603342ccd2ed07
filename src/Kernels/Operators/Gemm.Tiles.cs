using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>What a lane adds up: <see cref="Rows"/>×4 sums, fields all, because ILGPU unrolls no loop.</summary>
    internal interface ISums<TSelf> where TSelf : struct, ISums<TSelf>
    {
        /// <summary>Rows of four sums.</summary>
        static abstract int Rows { get; }

        /// <summary>
        /// sums + a·b for four k. A lane's first lines of each operand begin at the view's start; their fours lie <c>stride</c> apart and the fifth <c>blockA</c> behind the first. These are
        /// constants, so they end up in the loads.
        /// </summary>
        static abstract TSelf Add<TLeft, TRight>(TSelf sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout;

        /// <summary>Writes the rows to fours that lie <paramref name="step"/> apart, the fifth <paramref name="block"/> behind the first.</summary>
        static abstract void Store(TSelf sums, ArrayView<Float4> x, int at, int step, int block);
    }

    /// <summary>2×4 sums, whose left operand lies along k: for the smallest tile, whose lanes it doubles.</summary>
    internal readonly struct Sums2x4(Float4 row0, Float4 row1) : ISums<Sums2x4>
    {
        private readonly Float4 _row0 = row0, _row1 = row1;

        public static int Rows => 2;

        public static Sums2x4 Add<TLeft, TRight>(Sums2x4 sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout
        {
            Float4 a0 = a[0], a1 = a[strideA];
            var right = ReadQuad<TRight>(b, 0, strideB);
            return new(AddRow(sums._row0, a0, right), AddRow(sums._row1, a1, right));
        }

        private static Float4 AddRow(Float4 sums, Float4 a, Quad b) =>
            Float4.MultiplyAdd(a.W, b.K3, Float4.MultiplyAdd(a.Z, b.K2, Float4.MultiplyAdd(a.Y, b.K1, Float4.MultiplyAdd(a.X, b.K0, sums))));

        public static void Store(Sums2x4 sums, ArrayView<Float4> x, int at, int step, int block)
        {
            x[at] = sums._row0;
            x[at + step] = sums._row1;
        }
    }

    /// <summary>4×4 sums: two reads of four k for 16 multiplications each.</summary>
    internal readonly struct Sums4x4(Float4x4 sums) : ISums<Sums4x4>
    {
        private readonly Float4x4 _sums = sums;

        public static int Rows => 4;

        public static Sums4x4 Add<TLeft, TRight>(Sums4x4 sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout =>
            new(AddOuter(sums._sums, ReadQuad<TLeft>(a, 0, strideA), ReadQuad<TRight>(b, 0, strideB)));

        public static void Store(Sums4x4 sums, ArrayView<Float4> x, int at, int step, int block) => StoreRows(sums._sums, x, at, step);
    }

    /// <summary>8×4 sums: three reads for 32 multiplications, where <see cref="Sums4x4"/> has two for 16.</summary>
    internal readonly struct Sums8x4(Float4x4 top, Float4x4 bottom) : ISums<Sums8x4>
    {
        private readonly Float4x4 _top = top, _bottom = bottom;

        public static int Rows => 8;

        public static Sums8x4 Add<TLeft, TRight>(Sums8x4 sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout =>
            Outer(sums, ReadQuad<TLeft>(a, 0, strideA), ReadQuad<TLeft>(a, blockA, strideA), ReadQuad<TRight>(b, 0, strideB));

        private static Sums8x4 Outer(Sums8x4 sums, Quad top, Quad bottom, Quad b) => new(AddOuter(sums._top, top, b), AddOuter(sums._bottom, bottom, b));

        public static void Store(Sums8x4 sums, ArrayView<Float4> x, int at, int step, int block)
        {
            StoreRows(sums._top, x, at, step);
            StoreRows(sums._bottom, x, at + block, step);
        }
    }

    /// <summary>sums + a·bᵀ for four k.</summary>
    private static Float4x4 AddOuter(Float4x4 sums, Quad a, Quad b) =>
        Float4x4.AddOuter(Float4x4.AddOuter(Float4x4.AddOuter(Float4x4.AddOuter(sums, a.K0, b.K0), a.K1, b.K1), a.K2, b.K2), a.K3, b.K3);

    private static void StoreRows(Float4x4 rows, ArrayView<Float4> x, int at, int step)
    {
        x[at] = rows.Row0;
        x[at + step] = rows.Row1;
        x[at + 2 * step] = rows.Row2;
        x[at + 3 * step] = rows.Row3;
    }

    /// <summary>
    /// A tile of C, which one group computes with eight teams, whose lanes share it, from slices of A and B that are <see cref="Depth"/> deep.
    /// Depth is a multiple of <see cref="Period"/>: which k a team adds, and in which order, is the same for every tile. All are powers of two.
    /// </summary>
    internal interface ITile
    {
        static abstract int Rows { get; }

        static abstract int Columns { get; }

        static abstract int Depth { get; }
    }

    /// <summary>32×32 of C: reads least for its arithmetic.</summary>
    internal readonly struct BroadTile : ITile
    {
        public static int Rows => 32;

        public static int Columns => 32;

        public static int Depth => 64;
    }

    /// <summary>16×32 of C: for small batches, whose few tiles would leave most multiprocessors idle.</summary>
    internal readonly struct NarrowTile : ITile
    {
        public static int Rows => 16;

        public static int Columns => 32;

        public static int Depth => 64;
    }

    /// <summary>16×16 of C: for fewer still.</summary>
    internal readonly struct SmallTile : ITile
    {
        public static int Rows => 16;

        public static int Columns => 16;

        public static int Depth => 64;
    }

    /// <summary><see cref="SmallTile"/> with half as many slices, each of which takes its time whatever is multiplied: for <see cref="Sums2x4"/>, whose lanes are enough to read it.</summary>
    internal readonly struct SmallDeepTile : ITile
    {
        public static int Rows => 16;

        public static int Columns => 16;

        public static int Depth => 128;
    }
}
