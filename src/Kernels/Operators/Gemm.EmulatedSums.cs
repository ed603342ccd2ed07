using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>A line of four blocks of 16×8: a lane's four sums of each, two of the row group and two of the row group + 8.</summary>
    internal readonly struct EmulatedBlocks<TPieces>(Float4 b0, Float4 b1, Float4 b2, Float4 b3) where TPieces : struct, IPieces
    {
        private readonly Float4 _b0 = b0, _b1 = b1, _b2 = b2, _b3 = b3;

        /// <summary>The sums and A·B, of what the warp's lanes have put into <paramref name="x"/>: each 32 floats, by k and then by line, 16 of A and 16 of B.</summary>
        /// <param name="x">From the warp's first lane on.</param>
        /// <param name="line">Of a lane's lines of A the one that is row group; the next is row group + 8.</param>
        /// <param name="lane">Of the warp.</param>
        public EmulatedBlocks<TPieces> Plus(ArrayView<float> x, int line, int lane) => new(_b0 + Block(x, line, lane, 0), _b1 + Block(x, line, lane, 1), _b2 + Block(x, line, lane, 2), _b3 + Block(x, line, lane, 3));

        private static Float4 Block(ArrayView<float> x, int line, int lane, int block)
        {
            // The first of the four lanes that have a row of A or a column of B.
            int a = lane / 4 * 4 * 32 + line, b = (lane & 3) * 2 * 4 * 32 + 16 + block;
            return new(Dot(x, a, b), Dot(x, a, b + 4 * 32), Dot(x, a + 1, b), Dot(x, a + 1, b + 4 * 32));
        }

        private static float Dot(ArrayView<float> x, int a, int b)
        {
            float sum = 0;
            for (int k = 0; k < TensorRun; k++)
            {
                // Of each lane four.
                int at = k / 4 * 32 + (k & 3) * 4;
                sum += TPieces.Multiply(x[a + at], x[b + at]);
            }
            return sum;
        }

        public void Store(ArrayView<Float4> x, int at, int toSecondRow)
        {
            x[at] = new(_b0.X, _b1.X, _b2.X, _b3.X);
            x[at + 1] = new(_b0.Y, _b1.Y, _b2.Y, _b3.Y);
            x[at + toSecondRow] = new(_b0.Z, _b1.Z, _b2.Z, _b3.Z);
            x[at + toSecondRow + 1] = new(_b0.W, _b1.W, _b2.W, _b3.W);
        }
    }

    /// <summary>
    /// What <see cref="TensorSums16{TPieces}"/> computes, without tensor cores: the same rounding of operands, each lane's sums by itself, from what the lanes show one another in shared memory. So everything of
    /// <see cref="TensorKernel{TSums, TLeft, TRight, TReading}"/> but the instruction is tested on every device; it is for tests alone.
    /// </summary>
    internal readonly struct EmulatedSums16<TPieces>(EmulatedBlocks<TPieces> blocks) : ITensorSums<EmulatedSums16<TPieces>> where TPieces : struct, IPieces
    {
        private readonly EmulatedBlocks<TPieces> _blocks = blocks;

        public static int Rows => 16;

        public static EmulatedSums16<TPieces> Zero() => default;

        public static EmulatedSums16<TPieces> Add(EmulatedSums16<TPieces> sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Show(shared, a, b);
            var result = new EmulatedSums16<TPieces>(sums._blocks.Plus(OfWarp(shared), 0, Group.IdxX & 31));
            GroupBarrier.Wait();
            return result;
        }

        public static void Store(EmulatedSums16<TPieces> sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock) => sums._blocks.Store(x, at, toSecondRow);
    }

    /// <summary>What <see cref="TensorSums32{TPieces}"/> computes.</summary>
    internal readonly struct EmulatedSums32<TPieces>(EmulatedBlocks<TPieces> upper, EmulatedBlocks<TPieces> lower) : ITensorSums<EmulatedSums32<TPieces>> where TPieces : struct, IPieces
    {
        private readonly EmulatedBlocks<TPieces> _upper = upper, _lower = lower;

        public static int Rows => 32;

        public static EmulatedSums32<TPieces> Zero() => default;

        public static EmulatedSums32<TPieces> Add(EmulatedSums32<TPieces> sums, Quad a, Quad b, ArrayView<Float4> shared)
        {
            Show(shared, a, b);
            var x = OfWarp(shared);
            var result = new EmulatedSums32<TPieces>(sums._upper.Plus(x, 0, Group.IdxX & 31), sums._lower.Plus(x, 2, Group.IdxX & 31));
            GroupBarrier.Wait();
            return result;
        }

        public static void Store(EmulatedSums32<TPieces> sums, ArrayView<Float4> x, int at, int toSecondRow, int toLowerBlock)
        {
            sums._upper.Store(x, at, toSecondRow);
            sums._lower.Store(x, at + toLowerBlock, toSecondRow);
        }
    }

    /// <summary>Puts a lane's operands where its warp sees them.</summary>
    private static void Show(ArrayView<Float4> shared, Quad a, Quad b)
    {
        int at = 8 * Group.IdxX;
        shared[at] = a.K0;
        shared[at + 1] = a.K1;
        shared[at + 2] = a.K2;
        shared[at + 3] = a.K3;
        shared[at + 4] = b.K0;
        shared[at + 5] = b.K1;
        shared[at + 6] = b.K2;
        shared[at + 7] = b.K3;
        GroupBarrier.Wait();
    }

    private static ArrayView<float> OfWarp(ArrayView<Float4> shared) => shared.Cast<float>().SubView(Group.IdxX / 32 * 32 * 32, 32 * 32);
}
