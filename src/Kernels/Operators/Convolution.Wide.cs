using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The wide twins: implicit products on <see cref="Gemm.Panel{TWide}"/>. A panel is two vectors of windows wide and is gathered from images laid out as
/// <see cref="PaddedImage"/>, where what neighbouring windows read through one tap is one load.
/// </summary>
public sealed partial class Convolution
{
    /// <summary>Rows that are multiplied with a panel together.</summary>
    private const int RowBlock = 8;

    /// <summary>What a vector may read or write beyond the last element of a scratch array.</summary>
    private const int Slack = 16;

    private void LaunchWide(ForwardProduct product)
    {
        if (WideVectors.Bits == 512)
            LaunchWide<Real16>(product);
        else if (WideVectors.Bits == 256)
            LaunchWide<Real8>(product);
        else
            LaunchWide<Real4>(product);
    }

    private void LaunchWide(InputProduct product)
    {
        if (WideVectors.Bits == 512)
            LaunchWide<Real16>(product);
        else if (WideVectors.Bits == 256)
            LaunchWide<Real8>(product);
        else
            LaunchWide<Real4>(product);
    }

    private void LaunchWide(WeightProduct product)
    {
        if (WideVectors.Bits == 512)
            LaunchWide<Real16>(product);
        else if (WideVectors.Bits == 256)
            LaunchWide<Real8>(product);
        else
            LaunchWide<Real4>(product);
    }

    /// <summary>
    /// Images an item of work: as few as fill the panels that their windows are cut into almost to the last, and not so many that threads have nothing to do.
    /// </summary>
    private static int ImagesAnItem(int windows, int images, int panelWidth, int threads)
    {
        const int most = 8;
        int best = 1;
        double filled = 0;
        for (int count = 1; count <= Math.Clamp(images / (2 * threads), 1, most) && filled < 0.97; count++)
        {
            int panels = (count * windows + panelWidth - 1) / panelWidth;
            double share = (double)count * windows / (panels * panelWidth);
            if (share > filled)
                (best, filled) = (count, share);
        }
        return best;
    }

    /// <summary>Floats of a left operand packed in blocks of eight rows, block[k, row], the last one filled with zeros.</summary>
    private static int PackedRows(int rows, int depth) => (rows + RowBlock - 1) / RowBlock * RowBlock * depth;

    /// <summary>Packs a block of eight rows of A an item: A[row, k] = W[row·Row + k·Column].</summary>
    private ref struct PackRows : IJob
    {
        public required ReadOnlySpan<float> W;
        public required Span<float> Packed;
        public required int Rows, Depth, Row, Column;

        public readonly void Run(int item, int worker)
        {
            int first = item * RowBlock;
            int rows = Math.Min(RowBlock, Rows - first);
            var packed = Packed.Slice(first * Depth, RowBlock * Depth);
            if (rows < RowBlock)
                packed.Clear();
            for (int k = 0; k < Depth; k++)
            {
                for (int i = 0; i < rows; i++)
                    packed[k * RowBlock + i] = W[(first + i) * Row + k * Column];
            }
        }
    }

    /// <summary>tile[row, panel's columns] = block·panel for the first <paramref name="rows"/> rows of a block, at most eight. On the way the next block is asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TWide>(ref float block, int depth, int rows, ref float panel, ref float tile, nint tileRow) where TWide : struct, IWide<TWide>
    {
        for (int row = 0; row < rows; row += Gemm.Panel<TWide>.MostRows)
        {
            Gemm.Panel<TWide>.Sum<Gemm.PackedSides>(
                Math.Min(Gemm.Panel<TWide>.MostRows, rows - row), ref Unsafe.Add(ref block, row), new(1, RowBlock, 0, 0), ref panel, TWide.Count, depth, ref Unsafe.Add(ref tile, row * tileRow),
                new(tileRow, TWide.Count), ref Unsafe.Add(ref block, depth * RowBlock), RowBlock);
        }
    }

    /// <summary>y = φ(sum + bias) along a run that has one bias.</summary>
    private ref struct EpilogueLoop : IWideLoop
    {
        public ref float Sum;
        public ref float Y;
        public float Bias;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Activation.Forward(T.Load(ref Sum, offset) + T.Of(Bias)), ref Y, offset);
    }

    /// <summary>Rounded up to whole cache lines, so that what follows in scratch memory starts with one.</summary>
    private static int Aligned(int floats) => (floats + 15) & ~15;

    private static ref float First(Span<float> span) => ref MemoryMarshal.GetReference(span);
}
