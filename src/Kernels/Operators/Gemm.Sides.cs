using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Where the elements of A lie for a row block, in floats: from row to row, from k to k, and what is added behind each run of k, there and where is fetched.</summary>
    internal readonly record struct LeftPlaces(nint Row, nint Column, nint Jump, nint FetchJump);

    /// <summary>Where the rows of a result lie, in floats: from row to row, and from the first vector of a row to the second.</summary>
    internal readonly record struct RowPlaces(nint Row, nint Second);

    /// <summary>How the inner loop of <see cref="Panel{TWide}"/> walks over both sides, known when it is compiled: what is a constant takes no register.</summary>
    internal interface ISides
    {
        /// <summary>Floats from one row of A to the next.</summary>
        static abstract nint Row(LeftPlaces places);

        /// <summary>Floats from one k to the next in A.</summary>
        static abstract nint Column(LeftPlaces places);

        /// <summary>k that lie evenly behind one another in A.</summary>
        static abstract int Run(int depth);

        /// <summary>Floats from one k to the next in B.</summary>
        static abstract nint Step<TWide>() where TWide : struct, IWide<TWide>;

        /// <summary>Floats from the first vector of columns of B to the second.</summary>
        static abstract nint Second<TWide>(nint given) where TWide : struct, IWide<TWide>;

        /// <summary>Cache lines that a step of a block of <paramref name="rows"/> rows asks for ahead of time: a whole block does, none with less arithmetic to hide it behind.</summary>
        static abstract int FetchedLines<TWide>(int rows) where TWide : struct, IWide<TWide>;
    }

    /// <summary>A with any strides and a packed panel of B. While the first row block is summed, what the next panel is packed from is fetched, two lines a row.</summary>
    internal readonly struct PackedSides : ISides
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Row(LeftPlaces places) => places.Row;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Column(LeftPlaces places) => places.Column;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Run(int depth) => depth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Step<TWide>() where TWide : struct, IWide<TWide> => Panel<TWide>.Width;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Second<TWide>(nint given) where TWide : struct, IWide<TWide> => TWide.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int FetchedLines<TWide>(int rows) where TWide : struct, IWide<TWide> => rows == RowBlock ? 2 : 0;
    }

    /// <summary>B is weights in strips: two of them where a vector is as wide as one, else one or a half. Those of the next panel are fetched meanwhile.</summary>
    internal readonly struct StripsOnTheRight : ISides
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Row(LeftPlaces places) => places.Row;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Column(LeftPlaces places) => places.Column;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Run(int depth) => depth;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Step<TWide>() where TWide : struct, IWide<TWide> => WeightMatrix.StripColumns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Second<TWide>(nint given) where TWide : struct, IWide<TWide> => TWide.Count == WeightMatrix.StripColumns ? given : TWide.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int FetchedLines<TWide>(int rows) where TWide : struct, IWide<TWide> => rows == Panel<TWide>.MostRows ? 1 : 0;
    }

    /// <summary>A is weights in strips, whose columns are the k, and B a packed panel of the batch. A row block has some lines of each strip, so those of a later one are fetched.</summary>
    internal readonly struct StripsOnTheLeft : ISides
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Row(LeftPlaces places) => WeightMatrix.StripColumns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Column(LeftPlaces places) => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Run(int depth) => WeightMatrix.StripColumns;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Step<TWide>() where TWide : struct, IWide<TWide> => Panel<TWide>.Width;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static nint Second<TWide>(nint given) where TWide : struct, IWide<TWide> => TWide.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int FetchedLines<TWide>(int rows) where TWide : struct, IWide<TWide> => rows == Panel<TWide>.MostRows ? 1 : 0;
    }
}
