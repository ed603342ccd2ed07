using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// What a lane adds up: blocks of 4×4 sums, <see cref="Down"/>×<see cref="Across"/> of them, fields all, because ILGPU unrolls no loop.
    /// </summary>
    internal interface ISums<TSelf> where TSelf : struct, ISums<TSelf>
    {
        /// <summary>Blocks below one another.</summary>
        static abstract int Down { get; }

        /// <summary>Blocks beside one another.</summary>
        static abstract int Across { get; }

        /// <summary>
        /// sums + a·b for four k. A lane's first block of each operand begins at the view's start; its four fours lie <c>stride</c> apart and its blocks <c>block</c>. These are
        /// constants, so they end up in the loads.
        /// </summary>
        static abstract TSelf Add<TLeft, TRight>(TSelf sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB, int blockB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout;

        /// <summary>Block <paramref name="index"/>, row by row.</summary>
        static abstract Float4x4 Block(TSelf sums, int index);
    }

    /// <summary>4×4 sums.</summary>
    internal readonly struct Block4x4(Float4x4 sums) : ISums<Block4x4>
    {
        private readonly Float4x4 _sums = sums;

        public static int Down => 1;

        public static int Across => 1;

        public static Block4x4 Add<TLeft, TRight>(Block4x4 sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB, int blockB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout =>
            new(AddOuter(sums._sums, ReadQuad<TLeft>(a, 0, strideA), ReadQuad<TRight>(b, 0, strideB)));

        public static Float4x4 Block(Block4x4 sums, int index) => sums._sums;
    }

    /// <summary>8×4 sums: three reads for 32 multiplications, where <see cref="Block4x4"/> has two for 16.</summary>
    internal readonly struct Block8x4(Float4x4 top, Float4x4 bottom) : ISums<Block8x4>
    {
        private readonly Float4x4 _top = top, _bottom = bottom;

        public static int Down => 2;

        public static int Across => 1;

        public static Block8x4 Add<TLeft, TRight>(Block8x4 sums, ArrayView<Float4> a, int strideA, int blockA, ArrayView<Float4> b, int strideB, int blockB)
            where TLeft : struct, ILayout
            where TRight : struct, ILayout =>
            Outer(sums, ReadQuad<TLeft>(a, 0, strideA), ReadQuad<TLeft>(a, blockA, strideA), ReadQuad<TRight>(b, 0, strideB));

        private static Block8x4 Outer(Block8x4 sums, Quad top, Quad bottom, Quad b) => new(AddOuter(sums._top, top, b), AddOuter(sums._bottom, bottom, b));

        public static Float4x4 Block(Block8x4 sums, int index) => index == 0 ? sums._top : sums._bottom;
    }

    /// <summary>sums + a·bᵀ for four k.</summary>
    private static Float4x4 AddOuter(Float4x4 sums, Quad a, Quad b) =>
        Float4x4.AddOuter(Float4x4.AddOuter(Float4x4.AddOuter(Float4x4.AddOuter(sums, a.K0, b.K0), a.K1, b.K1), a.K2, b.K2), a.K3, b.K3);

    /// <summary>
    /// A tile of C, which one group computes with eight teams of LaneRows×LaneColumns lanes, from slices of A and B that are <see cref="Depth"/> deep.
    /// Depth is a multiple of <see cref="Period"/>: which k a team adds, and in which order, is the same for every tile.
    /// </summary>
    internal interface ITile
    {
        static abstract int LaneRows { get; }

        static abstract int LaneColumns { get; }

        static abstract int Depth { get; }
    }

    /// <summary>32×32 of C with <see cref="Block8x4"/>: reads least for its arithmetic.</summary>
    internal readonly struct BroadTile : ITile
    {
        public static int LaneRows => 4;

        public static int LaneColumns => 8;

        public static int Depth => 64;
    }

    /// <summary>16×32 of C with <see cref="Block4x4"/>: for small batches, whose few tiles would leave most multiprocessors idle.</summary>
    internal readonly struct NarrowTile : ITile
    {
        public static int LaneRows => 4;

        public static int LaneColumns => 8;

        public static int Depth => 64;
    }

    /// <summary>16×16 of C with <see cref="Block4x4"/>: for fewer still.</summary>
    internal readonly struct SmallTile : ITile
    {
        public static int LaneRows => 4;

        public static int LaneColumns => 4;

        public static int Depth => 64;
    }
}
