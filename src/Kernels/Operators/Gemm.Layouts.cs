using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>Four k of four lines: the lines' elements of one k each.</summary>
    internal readonly struct Quad(Float4 k0, Float4 k1, Float4 k2, Float4 k3)
    {
        public readonly Float4 K0 = k0, K1 = k1, K2 = k2, K3 = k3;
    }

    /// <summary>
    /// Which way fours of an operand lie, in memory and in a slice of it, so that a four travels from one to the other as it is. A slice has <c>lines</c> lines and is
    /// <c>depth</c> deep; all that follows from it and from the tile is a constant of the kernel.
    /// All these numbers are powers of two, and remainders are taken by bits: what ILGPU hands to the driver for %, it divides for.
    /// </summary>
    internal interface ILayout
    {
        /// <summary>Whether a four is four k of one line, and not four lines of one k.</summary>
        static abstract bool IsAlongK { get; }

        /// <summary>Fours that a slice takes.</summary>
        static abstract int Fours(int lines, int depth);

        /// <summary>The line of the slice's four <paramref name="index"/>, in the order of memory: neighbouring lanes read neighbouring fours.</summary>
        static abstract int LineOf(int lines, int depth, int index);

        /// <summary>The k of it.</summary>
        static abstract int DepthOf(int lines, int depth, int index);

        /// <summary>Where in the slice it lies.</summary>
        static abstract int Slot(int lines, int depth, int index);

        /// <summary>Where a lane's fours of the k from <paramref name="k"/> to k + 3 begin.</summary>
        static abstract int First(int lines, int depth, int lane, int k);

        /// <summary>From one of these four fours to the next; of <paramref name="lanes"/> lanes each has every so many lines.</summary>
        static abstract int Stride(int lines, int depth, int lanes);

        /// <summary>The first line of a lane's block.</summary>
        static abstract int FirstLine(int lane);

        /// <summary>From a line of a lane's block to the next.</summary>
        static abstract int LineStep(int lanes);

        /// <summary>From a lane's block to its next.</summary>
        static abstract int Block(int lines, int depth, int lanes);

        /// <summary>The four fours as four k.</summary>
        static abstract Quad Turned(Float4 x0, Float4 x1, Float4 x2, Float4 x3);
    }

    /// <summary>A four is four k of one line, such as of x in <see cref="Forward"/>. A slice's lines are a four longer than it is deep: eight neighbouring lines meet each bank of shared memory once.</summary>
    internal readonly struct AlongK : ILayout
    {
        public static bool IsAlongK => true;

        private static int Pitch(int depth) => depth / 4 + 1;

        public static int Fours(int lines, int depth) => lines * Pitch(depth);

        public static int LineOf(int lines, int depth, int index) => index / (depth / 4);

        public static int DepthOf(int lines, int depth, int index) => (index & (depth / 4 - 1)) * 4;

        public static int Slot(int lines, int depth, int index) => LineOf(lines, depth, index) * Pitch(depth) + (index & (depth / 4 - 1));

        public static int First(int lines, int depth, int lane, int k) => lane * Pitch(depth) + k / 4;

        // Neighbouring lanes have neighbouring lines.
        public static int Stride(int lines, int depth, int lanes) => lanes * Pitch(depth);

        public static int Block(int lines, int depth, int lanes) => 4 * lanes * Pitch(depth);

        public static int FirstLine(int lane) => lane;

        public static int LineStep(int lanes) => lanes;

        public static Quad Turned(Float4 x0, Float4 x1, Float4 x2, Float4 x3) =>
            new(new(x0.X, x1.X, x2.X, x3.X), new(x0.Y, x1.Y, x2.Y, x3.Y), new(x0.Z, x1.Z, x2.Z, x3.Z), new(x0.W, x1.W, x2.W, x3.W));
    }

    /// <summary>A four is four lines of one k, such as of w in <see cref="Forward"/>. A k is two fours longer than it has lines: from when tensor cores read slices too; without them it was not tried.</summary>
    internal readonly struct AcrossK : ILayout
    {
        public static bool IsAlongK => false;

        private static int Pitch(int lines) => lines / 4 + 2;

        public static int Fours(int lines, int depth) => depth * Pitch(lines);

        public static int LineOf(int lines, int depth, int index) => (index & (lines / 4 - 1)) * 4;

        public static int DepthOf(int lines, int depth, int index) => index / (lines / 4);

        public static int Slot(int lines, int depth, int index) => DepthOf(lines, depth, index) * Pitch(lines) + (index & (lines / 4 - 1));

        public static int First(int lines, int depth, int lane, int k) => k * Pitch(lines) + lane;

        public static int Stride(int lines, int depth, int lanes) => Pitch(lines);

        public static int Block(int lines, int depth, int lanes) => lanes;

        public static int FirstLine(int lane) => 4 * lane;

        public static int LineStep(int lanes) => 1;

        public static Quad Turned(Float4 x0, Float4 x1, Float4 x2, Float4 x3) => new(x0, x1, x2, x3);
    }

    /// <summary>Reads four k of a lane's block.</summary>
    private static Quad ReadQuad<TLayout>(ArrayView<Float4> x, int first, int stride) where TLayout : struct, ILayout =>
        TLayout.Turned(x[first], x[first + stride], x[first + 2 * stride], x[first + 3 * stride]);
}
