using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The wide twins where a row of targets is long enough for a block of sums and both sides are deep: a vector holds one place of many features or channels, so that what it is
/// multiplied with is read where it lies, one number at a time and spread over a vector. Nothing but weights is laid out, or dy for their gradient, and taps beyond the edge are left out.
/// </summary>
/// <remarks>
/// Forward and input gradient are one job: targets are the windows of a map, or the pixels of an image, and each is a sum over taps and planes of the other side. Each sum is one chain
/// over the kernel's columns, its rows and the planes, in this order, whatever the width of a vector or the place in the batch.
/// </remarks>
public sealed partial class Convolution
{
    /// <summary>Targets that are summed in scratch memory before they are turned into planes.</summary>
    private const int BandTargets = 256;

    /// <summary>Targets of a row that make it worth while: as many as fill a block of sums but for one.</summary>
    private const int DirectTargets = 7;

    /// <summary>Depends on the geometry alone, so that a sample's bits do not depend on its batch.</summary>
    private static bool IsDirect(ConvShape s, int targets) => targets >= DirectTargets && Math.Min(s.Channels, s.Features) >= 16;

    private void LaunchDirect<TWide>(ForwardProduct p) where TWide : struct, IWide<TWide>
    {
        var s = p.Shape;
        var weights = new Operand { Data = p.W.AsHostSpan(), Rows = s.Features, Row = p.WStride, Columns = s.KernelSize, Depth = s.Channels, Step = s.KernelSize };
        MultiplyDirect<TWide>(weights, p.Batch, new DirectImages<TWide>
        {
            Shape = s, ToMaps = true, Source = p.X.AsHostSpan(), SourceStride = p.XStride, Target = p.Y.AsHostSpan(), TargetStride = p.YStride,
            Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, Activation = p.Activation,
        });
    }

    private void LaunchDirect<TWide>(InputProduct p) where TWide : struct, IWide<TWide>
    {
        var s = p.Shape;
        var weights = new Operand { Data = p.W.AsHostSpan(), Rows = s.Channels, Row = s.KernelSize, Columns = s.KernelSize, Depth = s.Features, Step = p.WStride };
        MultiplyDirect<TWide>(weights, p.Batch, new DirectImages<TWide>
        {
            Shape = s, ToMaps = false, Source = p.DY.AsHostSpan(), SourceStride = p.DYStride, Target = p.DX.AsHostSpan(), TargetStride = p.DXStride,
            Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, Activation = p.Activation,
        });
    }

    private void MultiplyDirect<TWide>(Operand weights, int batch, DirectImages<TWide> job) where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int width = Gemm.Panel<TWide>.Width, panelSize = weights.Columns * weights.Depth * width;
        var laid = team.SharedScratch((weights.Rows + width - 1) / width * panelSize);
        LayOut(team, weights, width, laid, panelSize);
        job.W = laid;
        job.Team = team;
        team.Run(ref job, batch);
    }

    private void LaunchDirect<TWide>(WeightProduct p) where TWide : struct, IWide<TWide>
    {
        var team = _device.Team!;
        int panels = Gemm.Panel<TWide>.CountFor(p.Shape.Features), blocks = (p.Shape.Channels + RowBlock - 1) / RowBlock;
        int parts = ChannelParts(panels, p.Shape.Channels, team.Threads);
        var job = new DirectWeights<TWide> { Product = p, Team = team, Channels = (blocks + parts - 1) / parts * RowBlock, Parts = parts };
        team.Run(ref job, panels * parts);
    }

    /// <summary>
    /// One dimension of the targets that see the same taps of the kernel: all windows of a map, or the pixels of an image that are congruent modulo the stride. Target m and tap t
    /// meet at place <c>Origin + m·SourceStep + t·TapSource</c> of the source.
    /// </summary>
    private readonly struct Axis
    {
        /// <summary>Windows over <paramref name="length"/> pixels.</summary>
        public static Axis OfWindows(ConvShape s, int windows, int kernel, int length) =>
            new() { Step = 1, Count = windows, SourceStep = s.Stride, TapStep = 1, Taps = kernel, TapSource = 1, Origin = -s.Padding, Length = length };

        /// <summary>Pixels residue, residue + stride, … of an image, over <paramref name="length"/> windows.</summary>
        public static Axis OfPixels(ConvShape s, int residue, int pixels, int kernel, int length)
        {
            int tap = (residue + s.Padding) % s.Stride;
            return new()
            {
                First = residue, Step = s.Stride, Count = Steps(residue, pixels, s.Stride), SourceStep = 1,
                Tap = tap, TapStep = s.Stride, Taps = Steps(tap, kernel, s.Stride), TapSource = -1, Origin = (residue + s.Padding - tap) / s.Stride, Length = length,
            };
        }

        private static int Steps(int first, int end, int step) => first < end ? (end - 1 - first) / step + 1 : 0;

        /// <summary>The first target, and how far it is to the next one.</summary>
        public int First { get; private init; }
        public int Step { get; private init; }
        public int Count { get; private init; }
        public int SourceStep { get; private init; }

        /// <summary>The first tap, and how far it is to the next one.</summary>
        public int Tap { get; private init; }
        public int TapStep { get; private init; }
        public int Taps { get; private init; }
        public int TapSource { get; private init; }
        public int Origin { get; private init; }
        public int Length { get; private init; }

        public int Place(int target, int tap) => Origin + target * SourceStep + tap * TapSource;

        /// <summary>Those of the targets first … end−1 that meet a tap inside the source.</summary>
        public (int From, int To) TargetsOf(int tap, int first, int end) => Inside(Place(0, tap), SourceStep, first, end);

        /// <summary>The taps that a target meets inside the source.</summary>
        public (int From, int To) TapsOf(int target)
        {
            int place = Place(target, 0);
            if (TapSource > 0)
                return Inside(place, 1, 0, Taps);
            return (Math.Max(0, place - Length + 1), Math.Min(Taps, place + 1));
        }

        /// <summary>The i in first … end−1 with 0 ≤ place + i·step &lt; Length.</summary>
        private (int From, int To) Inside(int place, int step, int first, int end)
        {
            int from = place >= 0 ? 0 : (step - 1 - place) / step;
            int to = place >= Length ? 0 : (Length - 1 - place) / step + 1;
            return (Math.Max(first, from), Math.Min(end, to));
        }
    }

    /// <summary>An item is an image, forward or backward.</summary>
    private ref struct DirectImages<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required ConvShape Shape;

        /// <summary>Whether targets are windows, summed over channels; else they are pixels, summed over features.</summary>
        public required bool ToMaps;
        public required Span<float> Source, Target, Bias;
        public required int SourceStride, TargetStride;
        public required Activation Activation;

        /// <summary>panels[lanes][tap, plane of the source, lane].</summary>
        public Span<float> W;
        public WorkerTeam Team;

        private readonly int Height => ToMaps ? Shape.MapHeight : Shape.Height;
        private readonly int Width => ToMaps ? Shape.MapWidth : Shape.Width;
        private readonly int SourceWidth => ToMaps ? Shape.Width : Shape.MapWidth;
        private readonly int Lanes => ToMaps ? Shape.Features : Shape.Channels;
        private readonly int Depth => ToMaps ? Shape.Channels : Shape.Features;
        private readonly int Residues => ToMaps ? 1 : Shape.Stride;

        private readonly Axis Rows(int residue) => ToMaps
            ? Axis.OfWindows(Shape, Shape.MapHeight, Shape.KernelHeight, Shape.Height)
            : Axis.OfPixels(Shape, residue, Shape.Height, Shape.KernelHeight, Shape.MapHeight);

        private readonly Axis Columns(int residue) => ToMaps
            ? Axis.OfWindows(Shape, Shape.MapWidth, Shape.KernelWidth, Shape.Width)
            : Axis.OfPixels(Shape, residue, Shape.Width, Shape.KernelWidth, Shape.MapWidth);

        public readonly void Run(int item, int worker)
        {
            int width = Gemm.Panel<TWide>.Width, panelSize = Shape.KernelSize * Depth * width;
            int height = Height, targets = Width, residues = Residues;
            int band = Math.Max(1, BandTargets / targets);
            var scratch = Team.ScratchOf(worker, (band * targets + 1) * width);
            ref float sums = ref scratch[width];
            ref float source = ref Source[item * SourceStride];
            for (int lane = 0; lane < Lanes; lane += width)
            {
                int lanes = Math.Min(width, Lanes - lane);
                ref float w = ref W[lane / width * panelSize];
                scratch[..width].Clear();
                if (!Bias.IsEmpty)
                    Bias.Slice(lane, lanes).CopyTo(scratch);
                for (int top = 0; top < height; top += band)
                {
                    int count = Math.Min(band, height - top);
                    scratch.Slice(width, count * targets * width).Clear();
                    for (int row = top; row < top + count; row++)
                    {
                        var rows = Rows(row % residues);
                        for (int residue = 0; residue < residues; residue++)
                            AddRow(rows, row / residues, Columns(residue), ref source, ref w, ref Unsafe.Add(ref sums, (row - top) * targets * width));
                    }
                    if (!Bias.IsEmpty || Activation.Kind != ActivationKind.Identity)
                        Finish(ref sums, count * targets, ref scratch[0]);
                    Turn(ref sums, width, count * targets, lanes, ref Target[item * TargetStride + lane * height * targets + top * targets], height * targets, add: false);
                }
            }
        }

        private readonly void Finish(ref float sums, int targets, ref float bias)
        {
            var activation = Activation;
            Gemm.Panel<TWide>.LoadRow(ref bias, 0, out var b0, out var b1);
            for (int target = 0; target < targets; target++)
            {
                Gemm.Panel<TWide>.LoadRow(ref sums, 0, out var y0, out var y1);
                Gemm.Panel<TWide>.StoreRow(activation.Forward(y0 + b0), activation.Forward(y1 + b1), ref sums, 0);
                sums = ref Unsafe.Add(ref sums, Gemm.Panel<TWide>.Width);
            }
        }

        /// <summary>Sums the targets of one row and one residue of its columns.</summary>
        private readonly void AddRow(Axis rows, int row, Axis columns, ref float source, ref float w, ref float sums)
        {
            int width = Gemm.Panel<TWide>.Width, tapSize = Depth * width, tapRow = Shape.KernelWidth * tapSize;
            var (firstTapRow, endTapRow) = rows.TapsOf(row);
            if (firstTapRow >= endTapRow)
                return;
            ref float x = ref Unsafe.Add(ref source, rows.Place(row, firstTapRow) * SourceWidth);
            ref float b = ref Unsafe.Add(ref w, (rows.Tap + firstTapRow * rows.TapStep) * tapRow);
            // Blocks of nearly one size: 14 targets are seven and seven.
            int blocks = (columns.Count + Gemm.Panel<TWide>.MostRows - 1) / Gemm.Panel<TWide>.MostRows;
            for (int block = 0; block < blocks; block++)
            {
                int first = columns.Count * block / blocks, end = columns.Count * (block + 1) / blocks;
                // Neighbouring taps go together where the same targets have them inside.
                for (int tap = 0, together; tap < columns.Taps; tap += together)
                {
                    var (from, to) = columns.TargetsOf(tap, first, end);
                    together = 1;
                    while (tap + together < columns.Taps && columns.TargetsOf(tap + together, first, end) == (from, to))
                        together++;
                    if (from >= to)
                        continue;
                    var walk = new Walk
                    {
                        Outer = together, OuterA = columns.TapSource, OuterB = columns.TapStep * tapSize,
                        Middle = endTapRow - firstTapRow, MiddleA = rows.TapSource * SourceWidth, MiddleB = rows.TapStep * tapRow,
                        Inner = Depth, InnerA = ToMaps ? Shape.Pixels : Shape.MapPixels, InnerB = width, RowA = columns.SourceStep,
                    };
                    Sums<TWide>.Add(to - from, walk, ref Unsafe.Add(ref x, columns.Place(from, tap)), ref Unsafe.Add(ref b, (columns.Tap + tap * columns.TapStep) * tapSize),
                        ref Unsafe.Add(ref sums, (columns.First + from * columns.Step) * width), columns.Step * width);
                }
            }
        }
    }

    /// <summary>
    /// An item is a panel of features and some channels, over the whole batch in its order. dy is packed by panels, pixels are read where they lie; a block of sums is one tap of
    /// eight channels.
    /// </summary>
    private ref struct DirectWeights<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        /// <summary>Windows of the batch that are packed together: a first-level cache's worth.</summary>
        private const int Windows = 256;

        public required WeightProduct Product;
        public required WorkerTeam Team;
        public required int Channels, Parts;

        public readonly void Run(int item, int worker)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            int feature = item / Parts * width, features = Math.Min(width, s.Features - feature);
            int channel = item % Parts * Channels, channels = Math.Min(Channels, s.Channels - channel);
            if (channels <= 0)
                return;
            int group = Math.Clamp(Windows / s.MapPixels, 1, Product.Batch);
            int sumsSize = channels * s.KernelSize * width;
            var scratch = Team.ScratchOf(worker, sumsSize + group * s.MapPixels * width);
            ref float sums = ref scratch[0];
            ref float panel = ref scratch[sumsSize];
            scratch[..sumsSize].Clear();
            Span<float> x = Product.X.AsHostSpan(), dy = Product.DY.AsHostSpan();
            for (int first = 0; first < Product.Batch; first += group)
            {
                int images = Math.Min(group, Product.Batch - first);
                for (int n = 0; n < images; n++)
                {
                    Gemm.Panel<TWide>.Pack(
                        ref dy[(first + n) * Product.DYStride + feature * s.MapPixels], 1, s.MapPixels, s.MapPixels, features, ref Unsafe.Add(ref panel, n * s.MapPixels * width));
                }
                for (int c = 0; c < channels; c += Gemm.Panel<TWide>.MostRows)
                {
                    int rows = Math.Min(Gemm.Panel<TWide>.MostRows, channels - c);
                    Add(rows, images, ref x[first * Product.XStride + (channel + c) * s.Pixels], ref panel, ref Unsafe.Add(ref sums, c * s.KernelSize * width));
                }
            }
            Turn(ref sums, width, channels * s.KernelSize, features, ref Product.DW.AsHostSpan()[feature * Product.DWStride + channel * s.KernelSize], Product.DWStride, Product.Accumulate != 0);
        }

        /// <summary>Adds some images to the sums [channel, tap, feature] of a block of channels.</summary>
        private readonly void Add(int channels, int images, ref float x, ref float panel, ref float sums)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            Axis rows = Axis.OfWindows(s, s.MapHeight, s.KernelHeight, s.Height), columns = Axis.OfWindows(s, s.MapWidth, s.KernelWidth, s.Width);
            for (int i = 0; i < s.KernelHeight; i++)
            {
                var (top, bottom) = rows.TargetsOf(i, 0, s.MapHeight);
                for (int j = 0; j < s.KernelWidth && top < bottom; j++)
                {
                    var (left, right) = columns.TargetsOf(j, 0, s.MapWidth);
                    if (left >= right)
                        continue;
                    var walk = new Walk
                    {
                        Outer = images, OuterA = Product.XStride, OuterB = s.MapPixels * width, Middle = bottom - top, MiddleA = s.Stride * s.Width, MiddleB = s.MapWidth * width,
                        Inner = right - left, InnerA = s.Stride, InnerB = width, RowA = s.Pixels,
                    };
                    Sums<TWide>.Add(channels, walk, ref Unsafe.Add(ref x, rows.Place(top, i) * s.Width + columns.Place(left, j)), ref Unsafe.Add(ref panel, (top * s.MapWidth + left) * width),
                        ref Unsafe.Add(ref sums, (i * s.KernelWidth + j) * width), s.KernelSize * width);
                }
            }
        }
    }
}
