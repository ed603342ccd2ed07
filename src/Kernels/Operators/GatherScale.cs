using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// A batch from a data set that lies on the device as bytes: images[r, j] = (2·pixels[indices[r], j] − 255)·(1/255), which is
/// pixel·(2/255) − 1. Overwrites the images.
/// </summary>
/// <remarks>
/// 2·pixel − 255 is exact and the product is the only rounding, so every device gives the same bits, 0 becomes −1 and 255 becomes +1 exactly, and
/// opposite pixels become opposite numbers; elsewhere the relative error is below 2⁻²³. A kernel cannot throw: an index
/// outside of the data set gives a row of NaN.
/// </remarks>
public sealed class GatherScale
{
    private static T Scale<T>(T pixel) where T : struct, IReal<T> => (pixel + pixel - T.Of(255f)) * T.Of(1f / 255f);

    // A lane has four pixels of a row, a quarter of it apart: neighbours read and write side by side whatever the alignment, and a lane waits for its index once. Where a row is
    // not four quarters, lanes at its end do the last pixel again. All reads are good whatever the index, so none stands behind a branch.
    private static void Kernel(
        Index1D i, ArrayView<int> indices, ArrayView<byte> pixels, ArrayView<float> images, Layout s)
    {
        EarlierLaunches.Await();
        int row = s.ByQuarter.Divide(i, out int column);
        int index = indices[row];
        bool inside = index >= 0 && index < s.Count;
        int source = inside ? index : 0;
        // A data set may hold more bytes than an int counts.
        long from = (long)source * s.Columns;
        int to = row * s.Stride;
        int column1 = Math.Min(column + s.Quarter, s.Columns - 1);
        int column2 = Math.Min(column + 2 * s.Quarter, s.Columns - 1);
        int column3 = Math.Min(column + 3 * s.Quarter, s.Columns - 1);
        int pixel0 = pixels[from + column], pixel1 = pixels[from + column1], pixel2 = pixels[from + column2], pixel3 = pixels[from + column3];
        images[to + column] = inside ? Scale(new Real1(pixel0)).Value : float.NaN;
        images[to + column1] = inside ? Scale(new Real1(pixel1)).Value : float.NaN;
        images[to + column2] = inside ? Scale(new Real1(pixel2)).Value : float.NaN;
        images[to + column3] = inside ? Scale(new Real1(pixel3)).Value : float.NaN;
    }

    internal readonly struct Layout(int count, int columns, int stride)
    {
        public readonly Divisor ByQuarter = new((columns - 1) / 4 + 1);
        public readonly int Quarter = (columns - 1) / 4 + 1;
        public readonly int Count = count, Columns = columns, Stride = stride;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<byte>, ArrayView<float>, Layout>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public GatherScale(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
        {
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, ArrayView<byte>, ArrayView<float>, Layout>(Kernel, ElementLanes.AGroup));
        }
    }

    /// <summary>Overwrites images.</summary>
    /// <param name="indices">[B], such as <see cref="KeyedShuffle"/>'s.</param>
    /// <param name="pixels">[count, n], without gaps.</param>
    /// <param name="images">[B, n].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(ArrayView<int> indices, ArrayView<byte> pixels, Matrix images)
    {
        long count = pixels.Length / images.Columns;
        if (indices.Length != images.Rows || count is < 1 or > int.MaxValue || count * images.Columns != pixels.Length)
            throw new ArgumentException($"{indices.Length} indices and {pixels.Length} pixels do not fit {images} images.");
        using var launch = _device.Profiler?.Begin("GatherScale", $"{images}", 3 * images.Elements, (sizeof(byte) + sizeof(float)) * images.Elements + sizeof(int) * indices.Length);
        if (_kernel is not null)
        {
            var layout = new Layout((int)count, images.Columns, images.Stride);
            _kernel(_device.Stream, images.Rows * layout.Quarter, indices, pixels, images.Data, layout);
            return;
        }
        var job = new WideRows { Indices = indices, Pixels = pixels, Count = (int)count, Images = images };
        _device.Team!.Run(ref job, (images.Rows + WideRows.RowsAnItem - 1) / WideRows.RowsAnItem);
    }

    private struct WideRows : IJob
    {
        /// <summary>Rows an item: about a microsecond for 28×28 pixels.</summary>
        public const int RowsAnItem = 8;

        public required ArrayView<int> Indices { get; init; }
        public required ArrayView<byte> Pixels { get; init; }
        public required int Count { get; init; }
        public required Matrix Images { get; init; }

        public readonly void Run(int item, int worker)
        {
            for (int row = item * RowsAnItem; row < Math.Min((item + 1) * RowsAnItem, Images.Rows); row++)
            {
                int index = Indices.AsHostSpan()[row];
                var image = Images.Data.AsHostSpan().Slice(row * Images.Stride, Images.Columns);
                if (index >= 0 && index < Count)
                {
                    var pixels = Pixels.SubView((long)index * Images.Columns, Images.Columns).AsHostSpan();
                    var loop = new Loop { Pixels = ref pixels[0], Image = ref image[0] };
                    WideLoop.Run(ref loop, image.Length);
                }
                else
                {
                    image.Fill(float.NaN);
                }
            }
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref byte Pixels;
        public ref float Image;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Scale(T.LoadBytes(ref Pixels, offset)), ref Image, offset);
    }
}
