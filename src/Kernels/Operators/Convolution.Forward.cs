using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    private void LaunchWide<TWide>(ForwardProduct p) where TWide : struct, IWide<TWide>
    {
        if (IsDirect(p.Shape, p.Shape.MapWidth))
        {
            LaunchDirect<TWide>(p);
            return;
        }
        if (IsNarrow(p.Shape))
        {
            LaunchNarrow<TWide>(p);
            return;
        }
        var team = _device.Team!;
        var s = p.Shape;
        var packed = team.SharedScratch(PackedRows(s.Features, s.Taps) + Slack);
        var pack = new PackRows { W = p.W.AsHostSpan(), Packed = packed, Rows = s.Features, Depth = s.Taps, Row = p.WStride, Column = 1 };
        team.Run(ref pack, (s.Features + RowBlock - 1) / RowBlock);
        int images = ImagesAnItem(s.MapPixels, p.Batch, Gemm.Panel<TWide>.Width, team.Threads);
        var job = new ForwardImages<TWide>
        {
            Product = p, X = p.X.AsHostSpan(), Y = p.Y.AsHostSpan(), Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, W = packed, Team = team, Images = images,
        };
        team.Run(ref job, (p.Batch + images - 1) / images);
    }

    /// <summary>One load and one store of a panel's row: what the windows of one row of one map read through a tap.</summary>
    private readonly struct Run(int source, int target)
    {
        public readonly int Source = source, Target = target;
    }

    /// <summary>An item is a few images: they are laid out, and their windows go by panels through all features.</summary>
    private ref struct ForwardImages<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required ForwardProduct Product;
        public required Span<float> X, Y, Bias, W;
        public required WorkerTeam Team;
        public required int Images;

        public readonly void Run(int item, int worker)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            var layout = new PaddedImage(s, s.Stride);
            int first = item * Images;
            int images = Math.Min(Images, Product.Batch - first);
            int imageSize = s.Channels * layout.PlaneSize;
            int padded = Aligned(images * imageSize + Slack);
            int panelSize = s.Taps * width + Slack;
            var scratch = Team.ScratchOf(worker, padded + panelSize + RowBlock * width + 2 * width);
            ref float panel = ref scratch[padded];
            ref float tile = ref scratch[padded + panelSize];
            var runs = MemoryMarshal.Cast<float, Run>(scratch.Slice(padded + panelSize + RowBlock * width, 2 * width));

            for (int n = 0; n < images; n++)
            {
                for (int c = 0; c < s.Channels; c++)
                    layout.Write(ref X[(first + n) * Product.XStride + c * s.Pixels], ref scratch[n * imageSize + c * layout.PlaneSize]);
            }
            // A vector of the last runs may reach into what lies behind the images; those lanes are never stored.
            scratch[(images * imageSize)..padded].Clear();
            int windows = images * s.MapPixels;
            for (int start = 0; start < windows; start += width)
            {
                int count = Math.Min(width, windows - start);
                var cut = runs[..CutRuns(layout, imageSize, start, count, runs)];
                // A narrow map's runs take narrow vectors: a store that crosses a cache line costs two.
                if (s.MapWidth <= 4)
                    Gather<Real4>(layout, ref First(scratch), ref panel, cut);
                else if (s.MapWidth <= 8 && TWide.Count > 8)
                    Gather<Real8>(layout, ref First(scratch), ref panel, cut);
                else
                    Gather<TWide>(layout, ref First(scratch), ref panel, cut);
                for (int feature = 0; feature < s.Features; feature += RowBlock)
                {
                    int rows = Math.Min(RowBlock, s.Features - feature);
                    Multiply<TWide>(ref W[feature * s.Taps], s.Taps, rows, ref panel, ref tile, width);
                    Store(first, start, count, feature, rows, ref tile);
                }
            }
        }

        /// <summary>Cuts windows start … start+count−1 of the item where a row of a map or a vector ends.</summary>
        private readonly int CutRuns(PaddedImage layout, int imageSize, int start, int count, Span<Run> runs)
        {
            var s = Product.Shape;
            int found = 0;
            for (int i = 0; i < count;)
            {
                int image = (start + i) / s.MapPixels;
                int window = (start + i) % s.MapPixels;
                int column = window % s.MapWidth;
                runs[found++] = new Run(image * imageSize + window / s.MapWidth * layout.WindowRow + column, i);
                i += Math.Min(TWide.Count, s.MapWidth - column);
            }
            return found;
        }

        /// <summary>
        /// panel[tap, window] = what the window reads through the tap. A run shorter than a vector writes too much, and the next one, further right or in
        /// the row below, writes over it.
        /// </summary>
        private readonly void Gather<TRun>(PaddedImage layout, ref float images, ref float panel, ReadOnlySpan<Run> runs) where TRun : struct, IWide<TRun>
        {
            var s = Product.Shape;
            for (int c = 0; c < s.Channels; c++)
            {
                for (int i = 0; i < s.KernelHeight; i++)
                {
                    for (int j = 0; j < s.KernelWidth; j++)
                    {
                        ref float source = ref Unsafe.Add(ref images, c * layout.PlaneSize + layout.Tap(i, j));
                        foreach (var run in runs)
                            TRun.Store(TRun.Load(ref source, (nuint)run.Source), ref panel, (nuint)run.Target);
                        panel = ref Unsafe.Add(ref panel, Gemm.Panel<TWide>.Width);
                    }
                }
            }
        }

        /// <summary>The epilogue of a tile, and its store to the maps of the images that its windows belong to.</summary>
        private readonly void Store(int firstImage, int start, int count, int feature, int rows, ref float tile)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            int image = start / s.MapPixels;
            int window = start % s.MapPixels;
            bool whole = count == width && window + width <= s.MapPixels;
            ref float map = ref Y[(firstImage + image) * Product.YStride + feature * s.MapPixels + window];
            ref float target = ref whole ? ref map : ref tile;
            int targetRow = whole ? s.MapPixels : width;
            var activation = Product.Activation;
            for (int row = 0; row < rows; row++)
            {
                ref float sum = ref Unsafe.Add(ref tile, row * width);
                ref float to = ref Unsafe.Add(ref target, row * targetRow);
                var bias = TWide.Of(Bias.IsEmpty ? 0 : Bias[feature + row]);
                TWide.Store(activation.Forward(TWide.Load(ref sum, 0) + bias), ref to, 0);
                TWide.Store(activation.Forward(TWide.Load(ref sum, (nuint)TWide.Count) + bias), ref to, (nuint)TWide.Count);
            }
            if (whole)
                return;
            for (int i = 0; i < count;)
            {
                int length = Math.Min(s.MapPixels - window, count - i);
                for (int row = 0; row < rows; row++)
                {
                    MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref tile, row * width + i), length)
                        .CopyTo(Y.Slice((firstImage + image) * Product.YStride + (feature + row) * s.MapPixels + window, length));
                }
                i += length;
                image++;
                window = 0;
            }
        }
    }
}
