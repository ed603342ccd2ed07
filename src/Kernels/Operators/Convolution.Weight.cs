using System.Diagnostics;
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
            int sumsSize = rows * width;
            int group = Math.Clamp(Windows / s.MapPixels, 1, Product.Batch);
            int panelSize = group * s.MapPixels * width + Slack;
            int imageSize = channels * layout.PlaneSize;
            var scratch = Team.ScratchOf(worker, sumsSize + panelSize + group * imageSize + rows);
            var sums = scratch[..sumsSize];
            ref float panel = ref scratch[sumsSize];
            var padded = scratch.Slice(sumsSize + panelSize, group * imageSize);
            var taps = MemoryMarshal.Cast<float, int>(scratch[(sumsSize + panelSize + group * imageSize)..]);
            for (int i = 0; i < rows; i++)
                taps[i] = layout.ChannelTap(i);

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
                for (int row = 0; row < rows; row += Gemm.Panel<TWide>.MostRows)
                    windows.Add(ref First(padded), ref taps[row], Math.Min(Gemm.Panel<TWide>.MostRows, rows - row), ref panel, ref sums[row * width]);
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
        /// <summary>sums[row, ·] += Σ pixel(window + taps[row])·panel[window, ·] for <paramref name="height"/> rows, at most those of a panel.</summary>
        public void Add(ref float pixels, ref int taps, int height, ref float panel, ref float sums)
        {
            switch (height)
            {
                case 1: Add<Rows1>(ref pixels, ref taps, ref panel, ref sums); break;
                case 2: Add<Rows2>(ref pixels, ref taps, ref panel, ref sums); break;
                case 3: Add<Rows3>(ref pixels, ref taps, ref panel, ref sums); break;
                case 4: Add<Rows4>(ref pixels, ref taps, ref panel, ref sums); break;
                case 5: Add<Rows5>(ref pixels, ref taps, ref panel, ref sums); break;
                case 6: Add<Rows6>(ref pixels, ref taps, ref panel, ref sums); break;
                case 7: Add<Rows7>(ref pixels, ref taps, ref panel, ref sums); break;
                case 8: Add<Rows8>(ref pixels, ref taps, ref panel, ref sums); break;
                default: throw new UnreachableException($"{height} rows");
            }
        }

        private void Add<TRows>(ref float pixels, ref int taps, ref float panel, ref float sums) where TRows : struct, IRowCount
        {
            nint width = Gemm.Panel<TWide>.Width;
            ref float image = ref Unsafe.Add(ref pixels, taps);
            nint t1 = TRows.Count > 1 ? Unsafe.Add(ref taps, 1) - taps : 0;
            nint t2 = TRows.Count > 2 ? Unsafe.Add(ref taps, 2) - taps : 0;
            nint t3 = TRows.Count > 3 ? Unsafe.Add(ref taps, 3) - taps : 0;
            nint t4 = TRows.Count > 4 ? Unsafe.Add(ref taps, 4) - taps : 0;
            nint t5 = TRows.Count > 5 ? Unsafe.Add(ref taps, 5) - taps : 0;
            nint t6 = TRows.Count > 6 ? Unsafe.Add(ref taps, 6) - taps : 0;
            nint t7 = TRows.Count > 7 ? Unsafe.Add(ref taps, 7) - taps : 0;
            TWide c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default, c40 = default, c41 = default;
            TWide c50 = default, c51 = default, c60 = default, c61 = default, c70 = default, c71 = default;
            Gemm.Panel<TWide>.LoadRow(ref sums, 0, out var c00, out var c01);
            if (TRows.Count > 1)
                Gemm.Panel<TWide>.LoadRow(ref sums, width, out c10, out c11);
            if (TRows.Count > 2)
                Gemm.Panel<TWide>.LoadRow(ref sums, 2 * width, out c20, out c21);
            if (TRows.Count > 3)
                Gemm.Panel<TWide>.LoadRow(ref sums, 3 * width, out c30, out c31);
            if (TRows.Count > 4)
                Gemm.Panel<TWide>.LoadRow(ref sums, 4 * width, out c40, out c41);
            if (TRows.Count > 5)
                Gemm.Panel<TWide>.LoadRow(ref sums, 5 * width, out c50, out c51);
            if (TRows.Count > 6)
                Gemm.Panel<TWide>.LoadRow(ref sums, 6 * width, out c60, out c61);
            if (TRows.Count > 7)
                Gemm.Panel<TWide>.LoadRow(ref sums, 7 * width, out c70, out c71);
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
                        if (TRows.Count > 1)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t1));
                            c10 = TWide.MultiplyAdd(x, b0, c10);
                            c11 = TWide.MultiplyAdd(x, b1, c11);
                        }
                        if (TRows.Count > 2)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t2));
                            c20 = TWide.MultiplyAdd(x, b0, c20);
                            c21 = TWide.MultiplyAdd(x, b1, c21);
                        }
                        if (TRows.Count > 3)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t3));
                            c30 = TWide.MultiplyAdd(x, b0, c30);
                            c31 = TWide.MultiplyAdd(x, b1, c31);
                        }
                        if (TRows.Count > 4)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t4));
                            c40 = TWide.MultiplyAdd(x, b0, c40);
                            c41 = TWide.MultiplyAdd(x, b1, c41);
                        }
                        if (TRows.Count > 5)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t5));
                            c50 = TWide.MultiplyAdd(x, b0, c50);
                            c51 = TWide.MultiplyAdd(x, b1, c51);
                        }
                        if (TRows.Count > 6)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t6));
                            c60 = TWide.MultiplyAdd(x, b0, c60);
                            c61 = TWide.MultiplyAdd(x, b1, c61);
                        }
                        if (TRows.Count > 7)
                        {
                            x = TWide.Of(Unsafe.Add(ref a, t7));
                            c70 = TWide.MultiplyAdd(x, b0, c70);
                            c71 = TWide.MultiplyAdd(x, b1, c71);
                        }
                        a = ref Unsafe.Add(ref a, columnStep);
                        panel = ref Unsafe.Add(ref panel, width);
                    }
                    row = ref Unsafe.Add(ref row, rowStep);
                }
                image = ref Unsafe.Add(ref image, imageStep);
            }
            Gemm.Panel<TWide>.StoreRow(c00, c01, ref sums, 0);
            if (TRows.Count > 1)
                Gemm.Panel<TWide>.StoreRow(c10, c11, ref sums, width);
            if (TRows.Count > 2)
                Gemm.Panel<TWide>.StoreRow(c20, c21, ref sums, 2 * width);
            if (TRows.Count > 3)
                Gemm.Panel<TWide>.StoreRow(c30, c31, ref sums, 3 * width);
            if (TRows.Count > 4)
                Gemm.Panel<TWide>.StoreRow(c40, c41, ref sums, 4 * width);
            if (TRows.Count > 5)
                Gemm.Panel<TWide>.StoreRow(c50, c51, ref sums, 5 * width);
            if (TRows.Count > 6)
                Gemm.Panel<TWide>.StoreRow(c60, c61, ref sums, 6 * width);
            if (TRows.Count > 7)
                Gemm.Panel<TWide>.StoreRow(c70, c71, ref sums, 7 * width);
        }
    }
}
