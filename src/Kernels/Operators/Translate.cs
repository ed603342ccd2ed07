using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Images [M, channels·height·width] moved by a few pixels each, the augmentation that suits digits: y[r, c, i, j] = x[r, c, i − dᵣ, j − eᵣ] with
/// dᵣ = offsets[2r] − reach downwards and eᵣ = offsets[2r + 1] − reach to the right, and the fill where that lies outside of x. Overwrites y. Backward is the
/// opposite move: dx[r, c, i, j] = dy[r, c, i + dᵣ, j + eᵣ], and 0 where that lies outside of y. It needs the offsets; overwrites dx.
/// </summary>
/// <remarks><see cref="Philox.Integers"/> below 2·reach + 1 draws the offsets, which is why they start at 0. A copy: every device gives the same bits.</remarks>
public sealed class Translate
{
    private static void Kernel(Index1D i, ArrayView<float> x, ArrayView<int> offsets, ArrayView<float> y, Layout s, float fill)
    {
        EarlierLaunches.Await();
        int image = i / s.Columns;
        int pixel = i % s.Columns;
        int plane = pixel / (s.Height * s.Width);
        int row = pixel / s.Width % s.Height - s.Direction * (offsets[2 * image] - s.Reach);
        int column = pixel % s.Width - s.Direction * (offsets[2 * image + 1] - s.Reach);
        bool inside = row >= 0 && row < s.Height && column >= 0 && column < s.Width;
        y[image * s.Y + pixel] = inside ? x[image * s.X + (plane * s.Height + row) * s.Width + column] : fill;
    }

    internal readonly struct Layout(Matrix x, Matrix y, int height, int width, int reach, int direction)
    {
        public readonly int Columns = x.Columns, X = x.Stride, Y = y.Stride, Height = height, Width = width, Reach = reach;

        /// <summary>1 for a move, −1 for the move back.</summary>
        public readonly int Direction = direction;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, Layout, float>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public Translate(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, ArrayView<float>, Layout, float>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>Overwrites y.</summary>
    /// <param name="x">[M, channels·height·width].</param>
    /// <param name="offsets">[2M], each in 0 … 2·reach: down and right for each image.</param>
    /// <param name="y">[M, channels·height·width]; must not overlap x.</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="reach">The longest move, in pixels; at least 0.</param>
    /// <param name="fill">What comes in from outside.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reach is negative.</exception>
    public void Launch(Matrix x, ArrayView<int> offsets, Matrix y, int height, int width, int reach, float fill) =>
        Move(x, offsets, y, height, width, reach, fill, direction: 1);

    /// <summary>Overwrites dx.</summary>
    /// <param name="dy">[M, channels·height·width].</param>
    /// <param name="offsets">[2M], those of the move.</param>
    /// <param name="dx">[M, channels·height·width]; must not overlap dy.</param>
    /// <param name="height">Of an image.</param>
    /// <param name="width">Of an image.</param>
    /// <param name="reach">That of the move.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the reach is negative.</exception>
    public void Backward(Matrix dy, ArrayView<int> offsets, Matrix dx, int height, int width, int reach) =>
        Move(dy, offsets, dx, height, width, reach, fill: 0, direction: -1);

    private void Move(Matrix x, ArrayView<int> offsets, Matrix y, int height, int width, int reach, float fill, int direction)
    {
        if (height < 1 || width < 1 || x.Columns % ((long)height * width) != 0 || x.Rows != y.Rows || x.Columns != y.Columns || offsets.Length != 2L * x.Rows || reach < 0)
            throw new ArgumentException($"{offsets.Length} offsets of up to {reach} pixels do not move {x} images of {height}×{width} to {y}.");
        var layout = new Layout(x, y, height, width, reach, direction);
        using var launch = _device.Profiler?.Begin("Translate", $"{x}", 0, 2 * sizeof(float) * x.Elements + sizeof(int) * offsets.Length);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, x.Rows * x.Columns, x.Data, offsets, y.Data, layout, fill);
            return;
        }
        var job = new WideImages { X = x, Offsets = offsets, Y = y, Layout = layout, Fill = fill };
        _device.Team!.Run(ref job, (x.Rows + WideImages.ImagesAnItem - 1) / WideImages.ImagesAnItem);
    }

    private struct WideImages : IJob
    {
        /// <summary>Some microseconds for 28×28 pixels.</summary>
        public const int ImagesAnItem = 16;

        public required Matrix X { get; init; }
        public required ArrayView<int> Offsets { get; init; }
        public required Matrix Y { get; init; }
        public required Layout Layout { get; init; }
        public required float Fill { get; init; }

        public readonly void Run(int item, int worker)
        {
            var offsets = Offsets.AsHostSpan();
            for (int image = item * ImagesAnItem; image < Math.Min((item + 1) * ImagesAnItem, X.Rows); image++)
            {
                Move(
                    X.Data.AsHostSpan().Slice(image * X.Stride, X.Columns), Y.Data.AsHostSpan().Slice(image * Y.Stride, Y.Columns),
                    Layout.Direction * (offsets[2 * image] - Layout.Reach), Layout.Direction * (offsets[2 * image + 1] - Layout.Reach));
            }
        }

        private readonly void Move(ReadOnlySpan<float> x, Span<float> y, int down, int right)
        {
            int height = Layout.Height, width = Layout.Width;
            // The columns of y that x covers, and where they start in x.
            int first = Math.Clamp(right, 0, width), last = Math.Clamp(width + right, 0, width), source = first - right;
            for (int line = 0; line < y.Length / width; line++)
            {
                var target = y.Slice(line * width, width);
                int row = line % height - down;
                if (row < 0 || row >= height || first >= last)
                {
                    target.Fill(Fill);
                    continue;
                }
                target[..first].Fill(Fill);
                x.Slice((line - down) * width + source, last - first).CopyTo(target[first..last]);
                target[last..].Fill(Fill);
            }
        }
    }
}
