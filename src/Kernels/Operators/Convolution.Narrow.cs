using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The wide twins where maps are small and there are many of them: a 4×4 map leaves a vector of windows mostly empty, and of its taps many lie beyond the edge. So a vector
/// holds one pixel of many images, or one window of many features, and what lies beyond the edge is left out instead of multiplied by zero.
/// </summary>
/// <remarks>
/// All three passes are the same triples of a window, a tap and the pixel that the window reads through it, sorted by what is computed. For each target the columns of two
/// operands are multiplied, summed over an inner depth:
/// <code>
///                  target   rows      lanes     columns of A, of B   depth
/// forward          window   features  images    tap, pixel           channels
/// input gradient   pixel    channels  images    tap, window          features
/// weight gradient  tap      channels  features  pixel, window        images
/// </code>
/// A is laid out as blocks[column, k, 8 rows] and B as panels[column, k, lanes], so neighbouring columns that follow one another in both are one product.
/// </remarks>
public sealed partial class Convolution
{
    /// <summary>Images that are laid out at once: whatever the batch, the copies of its images stay below this many.</summary>
    private const int NarrowImages = 256;

    /// <summary>Depends on the geometry alone, so that a sample's bits do not depend on its batch.</summary>
    private static bool IsNarrow(ConvShape s) => s.MapPixels <= 64 && Math.Min(s.Channels, s.Features) >= 16;

    /// <summary>element[row, column, k] = Data[row·Row + k·Step + column].</summary>
    private readonly ref struct Operand
    {
        public required Span<float> Data { get; init; }
        public required int Rows { get; init; }
        public required int Row { get; init; }
        public required int Columns { get; init; }
        public required int Depth { get; init; }
        public required int Step { get; init; }

        /// <summary>The same from another row on.</summary>
        public Operand Slice(int firstRow, int rows) => new() { Data = Data[(firstRow * Row)..], Rows = rows, Row = Row, Columns = Columns, Depth = Depth, Step = Step };
    }

    private void LaunchNarrow<TWide>(ForwardProduct p) where TWide : struct, IWide<TWide>
    {
        var s = p.Shape;
        MultiplyNarrow<TWide>(s, Target.Window,
            new Operand { Data = p.W.AsHostSpan(), Rows = s.Features, Row = p.WStride, Columns = s.KernelSize, Depth = s.Channels, Step = s.KernelSize },
            new Operand { Data = p.X.AsHostSpan(), Rows = p.Batch, Row = p.XStride, Columns = s.Pixels, Depth = s.Channels, Step = s.Pixels },
            new NarrowResult { Data = p.Y.AsHostSpan(), Row = s.MapPixels, Lane = p.YStride, Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, Activation = p.Activation });
    }

    private void LaunchNarrow<TWide>(InputProduct p) where TWide : struct, IWide<TWide>
    {
        var s = p.Shape;
        MultiplyNarrow<TWide>(s, Target.Pixel,
            new Operand { Data = p.W.AsHostSpan(), Rows = s.Channels, Row = s.KernelSize, Columns = s.KernelSize, Depth = s.Features, Step = p.WStride },
            new Operand { Data = p.DY.AsHostSpan(), Rows = p.Batch, Row = p.DYStride, Columns = s.MapPixels, Depth = s.Features, Step = s.MapPixels },
            new NarrowResult { Data = p.DX.AsHostSpan(), Row = s.Pixels, Lane = p.DXStride, Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, Activation = p.Activation });
    }

    private void LaunchNarrow<TWide>(WeightProduct p) where TWide : struct, IWide<TWide>
    {
        var s = p.Shape;
        Span<float> x = p.X.AsHostSpan(), dy = p.DY.AsHostSpan();
        for (int first = 0; first < p.Batch; first += NarrowImages)
        {
            int images = Math.Min(NarrowImages, p.Batch - first);
            MultiplyNarrow<TWide>(s, Target.Tap,
                new Operand { Data = x[(first * p.XStride)..], Rows = s.Channels, Row = s.Pixels, Columns = s.Pixels, Depth = images, Step = p.XStride },
                new Operand { Data = dy[(first * p.DYStride)..], Rows = s.Features, Row = s.MapPixels, Columns = s.MapPixels, Depth = images, Step = p.DYStride },
                new NarrowResult { Data = p.DW.AsHostSpan(), Row = s.KernelSize, Lane = p.DWStride, Accumulate = p.Accumulate != 0 || first > 0, Activation = Activation.Identity });
        }
    }

    /// <summary>As many lanes at once as images are laid out at once.</summary>
    private void MultiplyNarrow<TWide>(ConvShape shape, Target target, Operand a, Operand b, NarrowResult result) where TWide : struct, IWide<TWide>
    {
        for (int first = 0; first < b.Rows; first += NarrowImages)
            MultiplyLanes<TWide>(shape, target, a, b.Slice(first, Math.Min(NarrowImages, b.Rows - first)), result.From(first));
    }

    private void MultiplyLanes<TWide>(ConvShape shape, Target target, Operand a, Operand b, NarrowResult result) where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int width = Gemm.Panel<TWide>.Width;
        int blocks = (a.Rows + RowBlock - 1) / RowBlock, panels = (b.Rows + width - 1) / width;
        int blockSize = Aligned(a.Columns * a.Depth * RowBlock), panelSize = b.Columns * b.Depth * width;
        int runsSize = Aligned(NarrowRuns.Size(shape));
        var scratch = team.SharedScratch(runsSize + blocks * blockSize + panels * panelSize);
        var runs = new NarrowRuns(shape, target, MemoryMarshal.Cast<float, int>(scratch[..runsSize]));
        var packedA = scratch.Slice(runsSize, blocks * blockSize);
        var packedB = scratch.Slice(runsSize + blocks * blockSize, panels * panelSize);
        LayOut(team, a, RowBlock, packedA, blockSize);
        LayOut(team, b, width, packedB, panelSize);
        var job = new NarrowTiles<TWide>
        {
            A = packedA, B = packedB, BlockSize = blockSize, PanelSize = panelSize, Blocks = blocks, Rows = a.Rows, Lanes = b.Rows, Depth = a.Depth,
            Runs = runs, Result = result, Team = team,
        };
        team.Run(ref job, blocks * panels);
    }

    /// <summary>laid[group of rows][column, k, row in its group] ← the operand; rows that fill the last group are zeros.</summary>
    private static void LayOut(WorkerTeam team, Operand operand, int groupRows, Span<float> laid, int groupSize)
    {
        int parts = (operand.Depth + LayOutGroups.DepthAnItem - 1) / LayOutGroups.DepthAnItem;
        var job = new LayOutGroups { Operand = operand, GroupRows = groupRows, Laid = laid, GroupSize = groupSize, Parts = parts };
        team.Run(ref job, (operand.Rows + groupRows - 1) / groupRows * parts);
    }

    private ref struct LayOutGroups : IJob
    {
        public const int DepthAnItem = 32;

        public required Operand Operand;
        public required Span<float> Laid;
        public required int GroupRows, GroupSize, Parts;

        public readonly void Run(int item, int worker)
        {
            int group = item / Parts, first = item % Parts * DepthAnItem;
            int rows = Math.Min(GroupRows, Operand.Rows - group * GroupRows);
            var operand = Operand.Slice(group * GroupRows, rows);
            var laid = Laid.Slice(group * GroupSize, GroupSize);
            int last = Math.Min(first + DepthAnItem, Operand.Depth);
            for (int column = 0; column < operand.Columns; column += TurnColumns)
            {
                int columns = Math.Min(TurnColumns, operand.Columns - column);
                for (int k = first; k < last; k++)
                    Turn(ref operand.Data[k * operand.Step + column], operand.Row, rows, columns, ref laid[(column * operand.Depth + k) * GroupRows], operand.Depth * GroupRows, add: false);
            }
            for (int column = 0; rows < GroupRows && column < operand.Columns; column++)
            {
                for (int k = first; k < last; k++)
                    laid.Slice((column * operand.Depth + k) * GroupRows + rows, GroupRows - rows).Clear();
            }
        }
    }

    /// <summary>result[row, lane, target] goes to Data[row·Row + lane·Lane + target], through φ(· + bias[row]) or added to what is there.</summary>
    private readonly ref struct NarrowResult
    {
        public required Span<float> Data { get; init; }
        public required int Row { get; init; }
        public required int Lane { get; init; }
        public required Activation Activation { get; init; }
        public Span<float> Bias { get; init; }
        public bool Accumulate { get; init; }

        /// <summary>The same from another lane on.</summary>
        public NarrowResult From(int lane) => new() { Data = Data[(lane * Lane)..], Row = Row, Lane = Lane, Activation = Activation, Bias = Bias, Accumulate = Accumulate };
    }

    /// <summary>An item is a block of rows with a panel of lanes, for all targets.</summary>
    private ref struct NarrowTiles<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required Span<float> A, B;
        public required int BlockSize, PanelSize, Blocks, Rows, Lanes, Depth;
        public required NarrowRuns Runs;
        public required NarrowResult Result;
        public required WorkerTeam Team;

        public readonly void Run(int item, int worker)
        {
            int width = Gemm.Panel<TWide>.Width, panel = item / Blocks, block = item % Blocks;
            int targets = Runs.Targets;
            int first = block * RowBlock, rows = Math.Min(RowBlock, Rows - first);
            ref float a = ref A[block * BlockSize];
            ref float b = ref B[panel * PanelSize];
            var sums = Team.ScratchOf(worker, RowBlock * targets * width);
            sums.Clear();
            var walk = new Walk { Outer = 1, Middle = 1, InnerA = RowBlock, InnerB = width, RowA = 1 };
            for (int target = 0; target < targets; target++)
            {
                var runs = Runs.Of(target);
                for (int i = 0; i < runs.Length; i += 3)
                {
                    walk.Inner = runs[i + 2] * Depth;
                    for (int row = 0; row < rows; row += Gemm.Panel<TWide>.MostRows)
                    {
                        Sums<TWide>.Add(Math.Min(Gemm.Panel<TWide>.MostRows, rows - row), walk, ref Unsafe.Add(ref a, runs[i] * Depth * RowBlock + row), ref Unsafe.Add(ref b, runs[i + 1] * Depth * width),
                            ref sums[(row * targets + target) * width], targets * width);
                    }
                }
            }
            int lanes = Math.Min(width, Lanes - panel * width);
            for (int row = 0; row < rows; row++)
            {
                ref float sum = ref sums[row * targets * width];
                if (!Result.Bias.IsEmpty || Result.Activation.Kind != ActivationKind.Identity)
                {
                    var loop = new EpilogueLoop { Sum = ref sum, Y = ref sum, Bias = Result.Bias.IsEmpty ? 0 : Result.Bias[first + row], Activation = Result.Activation };
                    WideLoop.Run(ref loop, targets * width);
                }
                Turn(ref sum, width, targets, lanes, ref Result.Data[(first + row) * Result.Row + panel * width * Result.Lane], Result.Lane, Result.Accumulate);
            }
        }
    }

    /// <summary>Columns that are turned together: their targets may lie a multiple of a page apart, all in one set of a cache, and are to be written to their end while they are there.</summary>
    private const int TurnColumns = 8;

    /// <summary>target[column·step + row] = source[row·sourceRow + column], or += it.</summary>
    private static void Turn(ref float source, nint sourceRow, int rows, int columns, ref float target, nint step, bool add)
    {
        int wholeRows = rows & ~3, wholeColumns = columns & ~3;
        for (int first = 0; first < wholeColumns; first += TurnColumns)
        {
            for (int row = 0; row < wholeRows; row += 4)
            {
                for (int column = first; column < Math.Min(first + TurnColumns, wholeColumns); column += 4)
                    Gemm.TurnBlock(ref Unsafe.Add(ref source, row * sourceRow + column), sourceRow, ref Unsafe.Add(ref target, column * step + row), step, add);
            }
        }
        for (int row = 0; row < rows; row++)
        {
            for (int column = row < wholeRows ? wholeColumns : 0; column < columns; column++)
            {
                float value = Unsafe.Add(ref source, row * sourceRow + column);
                ref float to = ref Unsafe.Add(ref target, column * step + row);
                to = add ? to + value : value;
            }
        }
    }
}
