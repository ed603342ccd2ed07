using System.Diagnostics;
using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    /// <summary>
    /// What a block of sums is summed over, in this order: three loops, and how far each step of them goes in either operand. A[row, step] is a number, B[step] a row of lanes.
    /// </summary>
    private struct Walk
    {
        public int Outer;
        public int Middle;
        public int Inner;

        /// <summary>Floats of A from a row of the block to the next.</summary>
        public nint RowA;
        public nint InnerA;
        public nint InnerB;
        public nint OuterA;
        public nint OuterB;
        public nint MiddleA;
        public nint MiddleB;
    }

    /// <summary>The inner loop of the direct and the narrow twins.</summary>
    private static class Sums<TWide> where TWide : struct, IWide<TWide>
    {
        /// <summary>sums[row, lane] += Σ A[row, step]·B[step, lane], two vectors of lanes: one chain with what was summed before.</summary>
        public static void Add(int rows, in Walk walk, ref float a, ref float b, ref float sums, nint sumsRow)
        {
            switch (rows)
            {
                case 1: Add<Rows1>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 2: Add<Rows2>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 3: Add<Rows3>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 4: Add<Rows4>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 5: Add<Rows5>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 6: Add<Rows6>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 7: Add<Rows7>(walk, ref a, ref b, ref sums, sumsRow); break;
                case 8: Add<Rows8>(walk, ref a, ref b, ref sums, sumsRow); break;
                default: throw new UnreachableException($"{rows} rows");
            }
        }

        private static void Add<TRows>(in Walk walk, ref float a, ref float b, ref float sums, nint sumsRow) where TRows : struct, IRowCount
        {
            nuint half = (nuint)TWide.Count;
            TWide c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default, c40 = default, c41 = default;
            TWide c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
            Gemm.Panel<TWide>.LoadRow(ref sums, 0, out var c00, out var c01);
            if (TRows.Count > 1)
                Gemm.Panel<TWide>.LoadRow(ref sums, sumsRow, out c10, out c11);
            if (TRows.Count > 2)
                Gemm.Panel<TWide>.LoadRow(ref sums, 2 * sumsRow, out c20, out c21);
            if (TRows.Count > 3)
                Gemm.Panel<TWide>.LoadRow(ref sums, 3 * sumsRow, out c30, out c31);
            if (TRows.Count > 4)
                Gemm.Panel<TWide>.LoadRow(ref sums, 4 * sumsRow, out c40, out c41);
            if (TRows.Count > 5)
                Gemm.Panel<TWide>.LoadRow(ref sums, 5 * sumsRow, out c50, out c51);
            if (TRows.Count > 6)
                Gemm.Panel<TWide>.LoadRow(ref sums, 6 * sumsRow, out c60, out c61);
            if (TRows.Count > 7)
                Gemm.Panel<TWide>.LoadRow(ref sums, 7 * sumsRow, out c70, out c71);
            nint row = walk.RowA, stepA = walk.InnerA, stepB = walk.InnerB;
            for (int outer = 0; outer < walk.Outer; outer++)
            {
                for (int middle = 0; middle < walk.Middle; middle++)
                {
                    ref float x = ref Unsafe.Add(ref a, outer * walk.OuterA + middle * walk.MiddleA);
                    ref float y = ref Unsafe.Add(ref b, outer * walk.OuterB + middle * walk.MiddleB);
                    for (int k = walk.Inner; k > 0; k--)
                    {
                        var b0 = TWide.Load(ref y, 0);
                        var b1 = TWide.Load(ref y, half);
                        var v = TWide.Of(x);
                        c00 = TWide.MultiplyAdd(v, b0, c00);
                        c01 = TWide.MultiplyAdd(v, b1, c01);
                        if (TRows.Count > 1)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, row));
                            c10 = TWide.MultiplyAdd(v, b0, c10);
                            c11 = TWide.MultiplyAdd(v, b1, c11);
                        }
                        if (TRows.Count > 2)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 2 * row));
                            c20 = TWide.MultiplyAdd(v, b0, c20);
                            c21 = TWide.MultiplyAdd(v, b1, c21);
                        }
                        if (TRows.Count > 3)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 3 * row));
                            c30 = TWide.MultiplyAdd(v, b0, c30);
                            c31 = TWide.MultiplyAdd(v, b1, c31);
                        }
                        if (TRows.Count > 4)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 4 * row));
                            c40 = TWide.MultiplyAdd(v, b0, c40);
                            c41 = TWide.MultiplyAdd(v, b1, c41);
                        }
                        if (TRows.Count > 5)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 5 * row));
                            c50 = TWide.MultiplyAdd(v, b0, c50);
                            c51 = TWide.MultiplyAdd(v, b1, c51);
                        }
                        if (TRows.Count > 6)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 6 * row));
                            c60 = TWide.MultiplyAdd(v, b0, c60);
                            c61 = TWide.MultiplyAdd(v, b1, c61);
                        }
                        if (TRows.Count > 7)
                        {
                            v = TWide.Of(Unsafe.Add(ref x, 7 * row));
                            c70 = TWide.MultiplyAdd(v, b0, c70);
                            c71 = TWide.MultiplyAdd(v, b1, c71);
                        }
                        x = ref Unsafe.Add(ref x, stepA);
                        y = ref Unsafe.Add(ref y, stepB);
                    }
                }
            }
            Gemm.Panel<TWide>.StoreRow(c00, c01, ref sums, 0);
            if (TRows.Count > 1)
                Gemm.Panel<TWide>.StoreRow(c10, c11, ref sums, sumsRow);
            if (TRows.Count > 2)
                Gemm.Panel<TWide>.StoreRow(c20, c21, ref sums, 2 * sumsRow);
            if (TRows.Count > 3)
                Gemm.Panel<TWide>.StoreRow(c30, c31, ref sums, 3 * sumsRow);
            if (TRows.Count > 4)
                Gemm.Panel<TWide>.StoreRow(c40, c41, ref sums, 4 * sumsRow);
            if (TRows.Count > 5)
                Gemm.Panel<TWide>.StoreRow(c50, c51, ref sums, 5 * sumsRow);
            if (TRows.Count > 6)
                Gemm.Panel<TWide>.StoreRow(c60, c61, ref sums, 6 * sumsRow);
            if (TRows.Count > 7)
                Gemm.Panel<TWide>.StoreRow(c70, c71, ref sums, 7 * sumsRow);
        }
    }
}
