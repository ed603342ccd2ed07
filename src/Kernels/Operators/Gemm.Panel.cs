using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Gemm
{
    /// <summary>
    /// The inner loops of the wide twin. B is read from packed panels, two vectors of columns wide: panel[k, j] = B[k, first + j]. Sums of up
    /// to eight rows of A with a panel are built in registers and stored, to C itself or to a tile that the epilogue reads.
    /// </summary>
    /// <remarks>
    /// Each sum is one chain of fused multiply-adds over k = 0, 1, …, in that order, whatever the height of the row block.
    /// The sums are stored before anything is called: a value that is live across a call has no register inside the loop either.
    /// </remarks>
    internal static class Panel<TWide> where TWide : struct, IWide<TWide>
    {
        /// <summary>Columns a panel.</summary>
        public static int Width
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => 2 * TWide.Count;
        }

        /// <summary>Rows that are summed together, at most: two vectors a row and what they are made from fill the registers, of which AVX-512 has twice as many as the others.</summary>
        public static int MostRows
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => TWide.Count == 16 ? 8 : 4;
        }

        public static int CountFor(int columns) => (columns + Width - 1) / Width;

        /// <summary>panel[k, j] = b[k·row + j·column] for j &lt; width, zero beyond.</summary>
        public static void Pack(ref float b, nint row, nint column, int depth, int width, ref float panel)
        {
            if (width == Width && column == 1)
                PackRows(ref b, row, depth, ref panel);
            else if (width == Width && row == 1)
                PackColumns(ref b, column, depth, ref panel);
            else
                PackEdge(ref b, row, column, depth, width, ref panel);
        }

        private static void PackRows(ref float b, nint row, int depth, ref float panel)
        {
            for (int k = 0; k < depth; k++)
            {
                TWide.Store(TWide.Load(ref b, 0), ref panel, 0);
                TWide.Store(TWide.Load(ref b, (nuint)TWide.Count), ref panel, (nuint)TWide.Count);
                b = ref Unsafe.Add(ref b, row);
                panel = ref Unsafe.Add(ref panel, Width);
            }
        }

        /// <summary>
        /// Where the columns of B lie contiguously, 4×4 blocks are turned in registers. A cache line of each column, 16 floats, is used up at once: the
        /// columns may lie a page apart, all in one set of the cache.
        /// </summary>
        private static void PackColumns(ref float b, nint column, int depth, ref float panel)
        {
            int k = 0;
            for (; k + CacheLines.Floats <= depth; k += CacheLines.Floats)
            {
                for (int j = 0; j < Width; j += 4)
                {
                    for (int i = k; i < k + CacheLines.Floats; i += 4)
                        TurnBlock(ref Unsafe.Add(ref b, j * column + i), column, ref Unsafe.Add(ref panel, i * Width + j), Width, add: false);
                }
            }
            PackEdge(ref Unsafe.Add(ref b, k), 1, column, depth - k, Width, ref Unsafe.Add(ref panel, k * Width));
        }

        private static void PackEdge(ref float b, nint row, nint column, int depth, int width, ref float panel)
        {
            for (int k = 0; k < depth; k++)
            {
                for (int j = 0; j < Width; j++)
                    Unsafe.Add(ref panel, j) = j < width ? Unsafe.Add(ref b, k * row + j * column) : 0;
                panel = ref Unsafe.Add(ref panel, Width);
            }
        }

        /// <summary>
        /// c[row, :] = A[row, :]·B for <paramref name="rows"/> rows, at most <see cref="MostRows"/>, and the columns of a panel. A whole row block asks on the way for
        /// <see cref="ISides.FetchedLines{T}"/> cache lines a step from <paramref name="next"/> on: what is needed later arrives behind this arithmetic.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Sum<TSides>(int rows, ref float a, LeftPlaces left, ref float b, nint second, int depth, ref float c, RowPlaces target, ref float next, nint nextStep)
            where TSides : struct, ISides
        {
            switch (rows)
            {
                case 1: Sum<Rows1, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 2: Sum<Rows2, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 3: Sum<Rows3, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 4: Sum<Rows4, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 5: Sum<Rows5, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 6: Sum<Rows6, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 7: Sum<Rows7, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                case 8: Sum<Rows8, TSides>(ref a, left, ref b, second, depth, ref c, target, ref next, nextStep); break;
                default: throw new UnreachableException($"{rows} rows");
            }
        }

        private static void Sum<TRows, TSides>(ref float a, LeftPlaces left, ref float b, nint second, int depth, ref float c, RowPlaces target, ref float next, nint nextStep)
            where TRows : struct, IRowCount
            where TSides : struct, ISides
        {
            nint row = TSides.Row(left), column = TSides.Column(left);
            TWide c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
            TWide c40 = default, c41 = default, c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
            for (int done = 0; done < depth; done += TSides.Run(depth))
            {
                for (int k = 0; k < TSides.Run(depth); k++)
                {
                    if (TSides.FetchedLines<TWide>(TRows.Count) > 0)
                    {
                        Prefetch(ref next);
                        if (TSides.FetchedLines<TWide>(TRows.Count) > 1)
                            Prefetch(ref Unsafe.Add(ref next, CacheLines.Floats));
                        next = ref Unsafe.Add(ref next, nextStep);
                    }
                    var b0 = TWide.Load(ref b, 0);
                    var b1 = TWide.Load(ref b, (nuint)TSides.Second<TWide>(second));
                    var x = TWide.Of(a);
                    c00 = TWide.MultiplyAdd(x, b0, c00);
                    c01 = TWide.MultiplyAdd(x, b1, c01);
                    if (TRows.Count > 1)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, row));
                        c10 = TWide.MultiplyAdd(x, b0, c10);
                        c11 = TWide.MultiplyAdd(x, b1, c11);
                    }
                    if (TRows.Count > 2)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 2 * row));
                        c20 = TWide.MultiplyAdd(x, b0, c20);
                        c21 = TWide.MultiplyAdd(x, b1, c21);
                    }
                    if (TRows.Count > 3)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 3 * row));
                        c30 = TWide.MultiplyAdd(x, b0, c30);
                        c31 = TWide.MultiplyAdd(x, b1, c31);
                    }
                    if (TRows.Count > 4)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 4 * row));
                        c40 = TWide.MultiplyAdd(x, b0, c40);
                        c41 = TWide.MultiplyAdd(x, b1, c41);
                    }
                    if (TRows.Count > 5)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 5 * row));
                        c50 = TWide.MultiplyAdd(x, b0, c50);
                        c51 = TWide.MultiplyAdd(x, b1, c51);
                    }
                    if (TRows.Count > 6)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 6 * row));
                        c60 = TWide.MultiplyAdd(x, b0, c60);
                        c61 = TWide.MultiplyAdd(x, b1, c61);
                    }
                    if (TRows.Count > 7)
                    {
                        x = TWide.Of(Unsafe.Add(ref a, 7 * row));
                        c70 = TWide.MultiplyAdd(x, b0, c70);
                        c71 = TWide.MultiplyAdd(x, b1, c71);
                    }
                    a = ref Unsafe.Add(ref a, column);
                    b = ref Unsafe.Add(ref b, TSides.Step<TWide>());
                }
                a = ref Unsafe.Add(ref a, left.Jump);
                next = ref Unsafe.Add(ref next, left.FetchJump);
            }
            StoreRow(c00, c01, ref c, 0, target.Second);
            if (TRows.Count > 1)
                StoreRow(c10, c11, ref c, target.Row, target.Second);
            if (TRows.Count > 2)
                StoreRow(c20, c21, ref c, 2 * target.Row, target.Second);
            if (TRows.Count > 3)
                StoreRow(c30, c31, ref c, 3 * target.Row, target.Second);
            if (TRows.Count > 4)
                StoreRow(c40, c41, ref c, 4 * target.Row, target.Second);
            if (TRows.Count > 5)
                StoreRow(c50, c51, ref c, 5 * target.Row, target.Second);
            if (TRows.Count > 6)
                StoreRow(c60, c61, ref c, 6 * target.Row, target.Second);
            if (TRows.Count > 7)
                StoreRow(c70, c71, ref c, 7 * target.Row, target.Second);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void StoreRow(TWide c0, TWide c1, ref float c, nint offset) => StoreRow(c0, c1, ref c, offset, TWide.Count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void StoreRow(TWide c0, TWide c1, ref float c, nint offset, nint second)
        {
            TWide.Store(c0, ref c, (nuint)offset);
            TWide.Store(c1, ref c, (nuint)(offset + second));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void LoadRow(ref float c, nint offset, out TWide c0, out TWide c1)
        {
            c0 = TWide.Load(ref c, (nuint)offset);
            c1 = TWide.Load(ref c, (nuint)(offset + TWide.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref float address)
    {
        // Host views lie in unmanaged memory, so an address may be taken without pinning.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref address));
    }

    /// <summary>target[j·targetRow + i] = source[i·sourceRow + j], or += it, for i and j below 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void TurnBlock(ref float source, nint sourceRow, ref float target, nint targetRow, bool add)
    {
        var r0 = Vector128.LoadUnsafe(ref source);
        var r1 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, sourceRow));
        var r2 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 2 * sourceRow));
        var r3 = Vector128.LoadUnsafe(ref Unsafe.Add(ref source, 3 * sourceRow));
        Transpose(ref r0, ref r1, ref r2, ref r3);
        if (add)
        {
            r0 += Vector128.LoadUnsafe(ref target);
            r1 += Vector128.LoadUnsafe(ref Unsafe.Add(ref target, targetRow));
            r2 += Vector128.LoadUnsafe(ref Unsafe.Add(ref target, 2 * targetRow));
            r3 += Vector128.LoadUnsafe(ref Unsafe.Add(ref target, 3 * targetRow));
        }
        r0.StoreUnsafe(ref target);
        r1.StoreUnsafe(ref Unsafe.Add(ref target, targetRow));
        r2.StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetRow));
        r3.StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetRow));
    }

    /// <summary>Turns a 4×4 block held in four registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(ref Vector128<float> r0, ref Vector128<float> r1, ref Vector128<float> r2, ref Vector128<float> r3)
    {
        var (a, b, c, d) = (Low(r0, r2), High(r0, r2), Low(r1, r3), High(r1, r3));
        (r0, r1, r2, r3) = (Low(a, c), High(a, c), Low(b, d), High(b, d));
    }

    /// <summary>The lower halves of two registers, interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    /// <summary>The upper halves of two registers, interleaved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
