using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    private void LaunchWide<TWide>(InputProduct p) where TWide : struct, IWide<TWide>
    {
        // With a stride some pixels have one tap of nine, and a block of sums is loaded and stored for little: where images can be lanes, all pixels' taps follow one another.
        bool isNarrow = IsNarrow(p.Shape);
        if (IsDirect(p.Shape, p.Shape.Width / p.Shape.Stride) && (p.Shape.Stride == 1 || !isNarrow))
        {
            LaunchDirect<TWide>(p);
            return;
        }
        if (isNarrow)
        {
            LaunchNarrow<TWide>(p);
            return;
        }
        var team = _device.Team!;
        var s = p.Shape;
        var packed = team.SharedScratch(PackedRows(s.Taps, s.Features) + Slack);
        var pack = new PackRows { W = p.W.AsHostSpan(), Packed = packed, Rows = s.Taps, Depth = s.Features, Row = 1, Column = p.WStride };
        team.Run(ref pack, (s.Taps + RowBlock - 1) / RowBlock);
        int images = ImagesAnItem(s.MapPixels, p.Batch, Gemm.Panel<TWide>.Width, team.Threads);
        var job = new InputImages<TWide>
        {
            Product = p, DY = p.DY.AsHostSpan(), DX = p.DX.AsHostSpan(), Bias = p.HasBias != 0 ? p.Bias.AsHostSpan() : default, W = packed, Team = team, Images = images,
        };
        team.Run(ref job, (p.Batch + images - 1) / images);
    }

    /// <summary>1 for as many lanes as a load from <c>Lanes[16 − count]</c> is to keep, then 0.</summary>
    private static ReadOnlySpan<float> Lanes => [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>
    /// An item is a few images. The maps of all features go through wᵀ, eight taps at a time, and each tap's products are added to the pixels that the
    /// windows read through it: tap after tap for every pixel, wherever its image lies in the batch.
    /// </summary>
    private ref struct InputImages<TWide> : IJob where TWide : struct, IWide<TWide>
    {
        public required InputProduct Product;
        public required Span<float> DY, DX, Bias, W;
        public required WorkerTeam Team;
        public required int Images;

        public readonly void Run(int item, int worker)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            var layout = new PaddedImage(s, s.Stride);
            int first = item * Images;
            int images = Math.Min(Images, Product.Batch - first);
            int panels = (images * s.MapPixels + width - 1) / width;
            // As few channels as fill whole blocks of rows: 8 over the largest power of two, up to 8, in the size of the kernel.
            int channels = Math.Min(s.Channels, RowBlock / Math.Min(RowBlock, s.KernelSize & -s.KernelSize));
            int imageSize = channels * layout.PlaneSize;
            int panelsSize = panels * s.Features * width;
            int tileRow = panels * width;
            int tileSize = RowBlock * tileRow + Slack;
            var scratch = Team.ScratchOf(worker, panelsSize + tileSize + images * imageSize + Slack + channels * s.KernelSize);
            ref float tile = ref scratch[panelsSize];
            var padded = scratch.Slice(panelsSize + tileSize, images * imageSize + Slack);
            var taps = MemoryMarshal.Cast<float, int>(scratch[(panelsSize + tileSize + images * imageSize + Slack)..]);
            for (int i = 0; i < channels * s.KernelSize; i++)
                taps[i] = layout.ChannelTap(i);

            Pack(first, images * s.MapPixels, scratch[..panelsSize]);
            for (int channel = 0; channel < s.Channels; channel += channels)
            {
                int count = Math.Min(channels, s.Channels - channel);
                padded.Clear();
                for (int tap = 0; tap < count * s.KernelSize; tap += RowBlock)
                {
                    int rows = Math.Min(RowBlock, count * s.KernelSize - tap);
                    ref float block = ref W[(channel * s.KernelSize + tap) * s.Features];
                    for (int panel = 0; panel < panels; panel++)
                        Multiply<TWide>(ref block, s.Features, rows, ref scratch[panel * s.Features * width], ref Unsafe.Add(ref tile, panel * width), tileRow);
                    for (int row = 0; row < rows; row++)
                    {
                        ref float products = ref Unsafe.Add(ref tile, row * tileRow);
                        ref float pixels = ref padded[taps[tap + row]];
                        // A narrow map's runs take narrow vectors: a store that crosses a cache line costs two.
                        if (s.MapWidth <= 4)
                            Scatter<Real4>(layout, images, imageSize, ref products, ref pixels);
                        else if (s.MapWidth <= 8 && TWide.Count > 8)
                            Scatter<Real8>(layout, images, imageSize, ref products, ref pixels);
                        else
                            Scatter<TWide>(layout, images, imageSize, ref products, ref pixels);
                    }
                }
                for (int n = 0; n < images; n++)
                {
                    for (int c = 0; c < count; c++)
                        Finish(layout, first + n, channel + c, ref padded[n * imageSize + c * layout.PlaneSize]);
                }
            }
        }

        /// <summary>panels[panel][feature, window] = dy[feature, window] over the windows of the item's images.</summary>
        private readonly void Pack(int firstImage, int windows, Span<float> panels)
        {
            var s = Product.Shape;
            int width = Gemm.Panel<TWide>.Width;
            for (int start = 0; start < windows; start += width)
            {
                int end = Math.Min(start + width, windows);
                for (int i = start; i < end;)
                {
                    int image = i / s.MapPixels;
                    int window = i % s.MapPixels;
                    int length = Math.Min(s.MapPixels - window, end - i);
                    ref float source = ref DY[(firstImage + image) * Product.DYStride + window];
                    ref float target = ref panels[start * s.Features + i - start];
                    if (length == width)
                        Gemm.Panel<TWide>.Pack(ref source, s.MapPixels, 1, s.Features, width, ref target);
                    else
                    {
                        for (int f = 0; f < s.Features; f++)
                        {
                            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref source, f * s.MapPixels), length)
                                .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref target, f * width), length));
                        }
                    }
                    i += length;
                }
            }
        }

        /// <summary>Adds a tap's products to the pixels that it was read from, a row of windows at a time.</summary>
        private readonly void Scatter<TRun>(PaddedImage layout, int images, int imageSize, ref float products, ref float pixels) where TRun : struct, IWide<TRun>
        {
            var s = Product.Shape;
            int tail = s.MapWidth % TRun.Count, mapHeight = s.MapHeight, mapWidth = s.MapWidth, whole = mapWidth - tail;
            nint windowRow = layout.WindowRow;
            var mask = TRun.Load(ref MemoryMarshal.GetReference(Lanes), (nuint)(16 - tail));
            for (int n = 0; n < images; n++)
            {
                ref float to = ref Unsafe.Add(ref pixels, n * imageSize);
                for (int row = 0; row < mapHeight; row++)
                {
                    for (int column = 0; column < whole; column += TRun.Count)
                        TRun.Store(TRun.Load(ref to, (nuint)column) + TRun.Load(ref products, (nuint)column), ref to, (nuint)column);
                    if (tail != 0)
                    {
                        var product = TRun.WherePositive(mask, TRun.Load(ref products, (nuint)whole), TRun.Of(0));
                        TRun.Store(TRun.Load(ref to, (nuint)whole) + product, ref to, (nuint)whole);
                    }
                    to = ref Unsafe.Add(ref to, windowRow);
                    products = ref Unsafe.Add(ref products, mapWidth);
                }
            }
        }

        private readonly void Finish(PaddedImage layout, int image, int channel, ref float padded)
        {
            var s = Product.Shape;
            ref float dx = ref DX[image * Product.DXStride + channel * s.Pixels];
            layout.Read(ref padded, ref dx);
            if (Bias.IsEmpty && Product.Activation.Kind == ActivationKind.Identity)
                return;
            var loop = new EpilogueLoop { Sum = ref dx, Y = ref dx, Bias = Bias.IsEmpty ? 0 : Bias[channel], Activation = Product.Activation };
            WideLoop.Run(ref loop, s.Pixels);
        }
    }
}
