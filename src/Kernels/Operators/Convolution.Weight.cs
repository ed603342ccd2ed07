using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    private void LaunchWide<TWide>(WeightProduct p) where TWide : struct, IWide<TWide>
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
        int panels = Gemm.Panel<TWide>.CountFor(p.Shape.Features);
        int parts = ChannelParts(panels, p.Shape.Channels, team.Threads);
        var job = new WeightPanels<TWide> { Product = p, Team = team, Channels = (p.Shape.Channels + parts - 1) / parts, Parts = parts };
        team.Run(ref job, panels * parts);
    }

    /// <summary>Into how many parts a weight gradient's channels go: two items a thread, where panels of features do not give them. Each packs dy for itself.</summary>
    private static int ChannelParts(int panels, int channels, int threads) =>
        threads == 1 ? 1 : Math.Clamp((2 * threads + panels - 1) / panels, 1, (channels + RowBlock - 1) / RowBlock);

    /// <summary>
    /// An item is a panel of features and some channels, over the whole batch in its order: dwᵀ = windows(x)·dyᵀ. dyᵀ is packed by panels; the windows' side is
    /// read one number at a time and spread over a vector, so it stays where the image lies.
    /// </summary>
    private ref struct WeightPanels<TWide> : IJob where TWide : struct, IWide<TWide>
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
            var layout = new PaddedImage(s, residues: 1);
            int feature = item / Parts * width;
            int features = Math.Min(width, s.Features - feature);
            int channel = item % Parts * Channels;
            int channels = Math.Min(Channels, s.Channels - channel);
            if (channels <= 0)
                return;
            int rows = channels * s.KernelSize;
            int sumsSize = (rows + RowBlock - 1) / RowBlock * RowBlock * width;
            int group = Math.Clamp(Windows / s.MapPixels, 1, Product.Batch);
            int panelSize = group * s.MapPixels * width + Slack;
            int imageSize = channels * layout.PlaneSize;
            var scratch = Team.ScratchOf(worker, sumsSize + panelSize + group * imageSize + rows + RowBlock);
            var sums = scratch[..sumsSize];
            ref float panel = ref scratch[sumsSize];
            var padded = scratch.Slice(sumsSize + panelSize, group * imageSize);
            var taps = MemoryMarshal.Cast<float, int>(scratch[(sumsSize + panelSize + group * imageSize)..]);
            // The rows that fill the last block repeat a tap that is there.
            for (int i = 0; i < taps.Length; i++)
                taps[i] = layout.ChannelTap(Math.Min(i, rows - 1));

            sums.Clear();
            Span<float> x = Product.X.AsHostSpan(), dy = Product.DY.AsHostSpan();
            for (int first = 0; first < Product.Batch; first += group)
            {
                int images = Math.Min(group, Product.Batch - first);
                for (int n = 0; n < images; n++)
                {
                    for (int c = 0; c < channels; c++)
                        layout.Write(ref x[(first + n) * Product.XStride + (channel + c) * s.Pixels], ref padded[n * imageSize + c * layout.PlaneSize]);
                    Gemm.Panel<TWide>.Pack(
                        ref dy[(first + n) * Product.DYStride + feature * s.MapPixels], 1, s.MapPixels, s.MapPixels, features,
                        ref Unsafe.Add(ref panel, n * s.MapPixels * width));
                }
                var windows = new Windows<TWide>(images, imageSize, s.MapHeight, layout.WindowRow, s.MapWidth, layout.WindowColumn);
                for (int row = 0; row < rows; row += RowBlock)
                    windows.Add(ref First(padded), ref taps[row], rows - row, ref panel, ref sums[row * width]);
            }
            Store(feature, features, channel * s.KernelSize, rows, sums);
        }

        /// <summary>dw[feature, tap] from sums[tap, feature].</summary>
        private readonly void Store(int feature, int features, int tap, int rows, Span<float> sums)
        {
            var dw = Product.DW.AsHostSpan();
            for (int f = 0; f < features; f++)
            {
                var target = dw.Slice((feature + f) * Product.DWStride + tap, rows);
                for (int row = 0; row < rows; row++)
                {
                    float sum = sums[row * Gemm.Panel<TWide>.Width + f];
                    target[row] = Product.Accumulate != 0 ? sum + target[row] : sum;
                }
            }
        }
    }

    /// <summary>The windows of some images, in the order in which they are summed over: images, rows, columns.</summary>
    private readonly struct Windows<TWide>(int images, nint imageStep, int rows, nint rowStep, int columns, nint columnStep) where TWide : struct, IWide<TWide>
    {
        /// <summary>sums[0…7, ·] += Σ pixel(window + taps[0…7])·panel[window, ·]. Rows from <paramref name="height"/> on may hold anything after it.</summary>
        public void Add(ref float pixels, ref int taps, int height, ref float panel, ref float sums)
        {
            if (TWide.Count == 16 && height > 4)
            {
                Add8(ref pixels, ref taps, ref panel, ref sums);
                return;
            }
            Add4(ref pixels, ref taps, ref panel, ref sums);
            if (height > 4)
                Add4(ref pixels, ref Unsafe.Add(ref taps, 4), ref panel, ref Unsafe.Add(ref sums, 4 * Gemm.Panel<TWide>.Width));
        }

        private void Add8(ref float pixels, ref int taps, ref float panel, ref float sums)
        {
            nint width = Gemm.Panel<TWide>.Width;
            ref float image = ref Unsafe.Add(ref pixels, taps);
            nint t1 = Unsafe.Add(ref taps, 1) - taps, t2 = Unsafe.Add(ref taps, 2) - taps, t3 = Unsafe.Add(ref taps, 3) - taps, t4 = Unsafe.Add(ref taps, 4) - taps;
            nint t5 = Unsafe.Add(ref taps, 5) - taps, t6 = Unsafe.Add(ref taps, 6) - taps, t7 = Unsafe.Add(ref taps, 7) - taps;
            Gemm.Panel<TWide>.LoadRow(ref sums, 0, out var c00, out var c01);
            Gemm.Panel<TWide>.LoadRow(ref sums, width, out var c10, out var c11);
            Gemm.Panel<TWide>.LoadRow(ref sums, 2 * width, out var c20, out var c21);
            Gemm.Panel<TWide>.LoadRow(ref sums, 3 * width, out var c30, out var c31);
            Gemm.Panel<TWide>.LoadRow(ref sums, 4 * width, out var c40, out var c41);
            Gemm.Panel<TWide>.LoadRow(ref sums, 5 * width, out var c50, out var c51);
            Gemm.Panel<TWide>.LoadRow(ref sums, 6 * width, out var c60, out var c61);
            Gemm.Panel<TWide>.LoadRow(ref sums, 7 * width, out var c70, out var c71);
            for (int n = 0; n < images; n++)
            {
                ref float row = ref image;
                for (int i = 0; i < rows; i++)
                {
                    ref float a = ref row;
                    for (int j = 0; j < columns; j++)
                    {
                        var b0 = TWide.Load(ref panel, 0);
                        var b1 = TWide.Load(ref panel, (nuint)TWide.Count);
                        var x = TWide.Of(a);
                        c00 = TWide.MultiplyAdd(x, b0, c00);
                        c01 = TWide.MultiplyAdd(x, b1, c01);
                        x = TWide.Of(Unsafe.Add(ref a, t1));
                        c10 = TWide.MultiplyAdd(x, b0, c10);
                        c11 = TWide.MultiplyAdd(x, b1, c11);
                        x = TWide.Of(Unsafe.Add(ref a, t2));
                        c20 = TWide.MultiplyAdd(x, b0, c20);
                        c21 = TWide.MultiplyAdd(x, b1, c21);
                        x = TWide.Of(Unsafe.Add(ref a, t3));
                        c30 = TWide.MultiplyAdd(x, b0, c30);
                        c31 = TWide.MultiplyAdd(x, b1, c31);
                        x = TWide.Of(Unsafe.Add(ref a, t4));
                        c40 = TWide.MultiplyAdd(x, b0, c40);
                        c41 = TWide.MultiplyAdd(x, b1, c41);
                        x = TWide.Of(Unsafe.Add(ref a, t5));
                        c50 = TWide.MultiplyAdd(x, b0, c50);
                        c51 = TWide.MultiplyAdd(x, b1, c51);
                        x = TWide.Of(Unsafe.Add(ref a, t6));
                        c60 = TWide.MultiplyAdd(x, b0, c60);
                        c61 = TWide.MultiplyAdd(x, b1, c61);
                        x = TWide.Of(Unsafe.Add(ref a, t7));
                        c70 = TWide.MultiplyAdd(x, b0, c70);
                        c71 = TWide.MultiplyAdd(x, b1, c71);
                        a = ref Unsafe.Add(ref a, columnStep);
                        panel = ref Unsafe.Add(ref panel, width);
                    }
                    row = ref Unsafe.Add(ref row, rowStep);
                }
                image = ref Unsafe.Add(ref image, imageStep);
            }
            Gemm.Panel<TWide>.StoreRow(c00, c01, ref sums, 0);
            Gemm.Panel<TWide>.StoreRow(c10, c11, ref sums, width);
            Gemm.Panel<TWide>.StoreRow(c20, c21, ref sums, 2 * width);
            Gemm.Panel<TWide>.StoreRow(c30, c31, ref sums, 3 * width);
            Gemm.Panel<TWide>.StoreRow(c40, c41, ref sums, 4 * width);
            Gemm.Panel<TWide>.StoreRow(c50, c51, ref sums, 5 * width);
            Gemm.Panel<TWide>.StoreRow(c60, c61, ref sums, 6 * width);
            Gemm.Panel<TWide>.StoreRow(c70, c71, ref sums, 7 * width);
        }

        private void Add4(ref float pixels, ref int taps, ref float panel, ref float sums)
        {
            nint width = Gemm.Panel<TWide>.Width;
            ref float image = ref Unsafe.Add(ref pixels, taps);
            nint t1 = Unsafe.Add(ref taps, 1) - taps, t2 = Unsafe.Add(ref taps, 2) - taps, t3 = Unsafe.Add(ref taps, 3) - taps;
            Gemm.Panel<TWide>.LoadRow(ref sums, 0, out var c00, out var c01);
            Gemm.Panel<TWide>.LoadRow(ref sums, width, out var c10, out var c11);
            Gemm.Panel<TWide>.LoadRow(ref sums, 2 * width, out var c20, out var c21);
            Gemm.Panel<TWide>.LoadRow(ref sums, 3 * width, out var c30, out var c31);
            for (int n = 0; n < images; n++)
            {
                ref float row = ref image;
                for (int i = 0; i < rows; i++)
                {
                    ref float a = ref row;
                    for (int j = 0; j < columns; j++)
                    {
                        var b0 = TWide.Load(ref panel, 0);
                        var b1 = TWide.Load(ref panel, (nuint)TWide.Count);
                        var x = TWide.Of(a);
                        c00 = TWide.MultiplyAdd(x, b0, c00);
                        c01 = TWide.MultiplyAdd(x, b1, c01);
                        x = TWide.Of(Unsafe.Add(ref a, t1));
                        c10 = TWide.MultiplyAdd(x, b0, c10);
                        c11 = TWide.MultiplyAdd(x, b1, c11);
                        x = TWide.Of(Unsafe.Add(ref a, t2));
                        c20 = TWide.MultiplyAdd(x, b0, c20);
                        c21 = TWide.MultiplyAdd(x, b1, c21);
                        x = TWide.Of(Unsafe.Add(ref a, t3));
                        c30 = TWide.MultiplyAdd(x, b0, c30);
                        c31 = TWide.MultiplyAdd(x, b1, c31);
                        a = ref Unsafe.Add(ref a, columnStep);
                        panel = ref Unsafe.Add(ref panel, width);
                    }
                    row = ref Unsafe.Add(ref row, rowStep);
                }
                image = ref Unsafe.Add(ref image, imageStep);
            }
            Gemm.Panel<TWide>.StoreRow(c00, c01, ref sums, 0);
            Gemm.Panel<TWide>.StoreRow(c10, c11, ref sums, width);
            Gemm.Panel<TWide>.StoreRow(c20, c21, ref sums, 2 * width);
            Gemm.Panel<TWide>.StoreRow(c30, c31, ref sums, 3 * width);
        }
    }
}
