using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Schemes;

/// <summary>
/// Between images of one size and of twice that size: every small pixel stands for a square of four large ones. <see cref="Spread"/> and <see cref="Collect"/> are adjoint to
/// one another for one scale. Planes, N·C of them, lie side by side in a row.
/// </summary>
internal sealed class PixelQuads
{
    internal readonly struct Shape(int columns, int width, int smallStride, int largeStride)
    {
        /// <summary>Pixels of a row's small planes together.</summary>
        public readonly int Columns = columns;

        /// <summary>Pixels of one line of a small plane.</summary>
        public readonly int Width = width;

        public readonly int SmallStride = smallStride, LargeStride = largeStride;
    }

    // Lines of all planes follow one another, so small line l, column q, of a row becomes large lines 2l and 2l + 1, columns 2q and 2q + 1.
    private static void SpreadKernel(Index1D i, ArrayView<float> small, ArrayView<float> large, Shape s, float scale)
    {
        EarlierLaunches.Await();
        int row = i / s.Columns;
        int pixel = i % s.Columns;
        int corner = row * s.LargeStride + pixel / s.Width * 4 * s.Width + pixel % s.Width * 2;
        float value = scale * small[row * s.SmallStride + pixel];
        large[corner] = value;
        large[corner + 1] = value;
        large[corner + 2 * s.Width] = value;
        large[corner + 2 * s.Width + 1] = value;
    }

    private static void CollectKernel(Index1D i, ArrayView<float> small, ArrayView<float> large, Shape s, float scale)
    {
        EarlierLaunches.Await();
        int row = i / s.Columns;
        int pixel = i % s.Columns;
        int corner = row * s.LargeStride + pixel / s.Width * 4 * s.Width + pixel % s.Width * 2;
        float above = large[corner] + large[corner + 1];
        float below = large[corner + 2 * s.Width] + large[corner + 2 * s.Width + 1];
        small[row * s.SmallStride + pixel] = scale * (above + below);
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, Shape, float>? _spread;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, Shape, float>? _collect;

    public PixelQuads(ComputeDevice device)
    {
        _device = device;
        if (device.Team is not null)
            return;
        _spread = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, Shape, float>(SpreadKernel, ElementLanes.AGroup));
        _collect = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, Shape, float>(CollectKernel, ElementLanes.AGroup));
    }

    /// <summary>Each of the four large pixels = scale·small.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Spread(Matrix small, Matrix large, int width, float scale)
    {
        var shape = ShapeOf(small, large, width);
        if (_spread is not null)
        {
            _spread(_device.Stream, small.Rows * small.Columns, small.Data, large.Data, shape, scale);
            return;
        }
        var job = new SpreadRows { Small = small.Data.AsHostSpan(), Large = large.Data.AsHostSpan(), Shape = shape, Scale = scale };
        _device.Team!.Run(ref job, small.Rows);
    }

    /// <summary>small = scale·Σ of the four large pixels, added by lines.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Collect(Matrix large, Matrix small, int width, float scale)
    {
        var shape = ShapeOf(small, large, width);
        if (_collect is not null)
        {
            _collect(_device.Stream, small.Rows * small.Columns, small.Data, large.Data, shape, scale);
            return;
        }
        var job = new CollectRows { Small = small.Data.AsHostSpan(), Large = large.Data.AsHostSpan(), Shape = shape, Scale = scale };
        _device.Team!.Run(ref job, small.Rows);
    }

    private static Shape ShapeOf(Matrix small, Matrix large, int width)
    {
        if (width < 1 || small.Columns % width != 0 || small.Rows != large.Rows || 4L * small.Columns != large.Columns)
            throw new ArgumentException($"Images {small} in lines of {width} pixels have no counterpart {large} of twice their height and width.");
        return new Shape(small.Columns, width, small.Stride, large.Stride);
    }

    private ref struct SpreadRows : IJob
    {
        public required Span<float> Small;
        public required Span<float> Large;
        public required Shape Shape;
        public required float Scale;

        public readonly void Run(int item, int worker)
        {
            var small = Small.Slice(item * Shape.SmallStride, Shape.Columns);
            var large = Large.Slice(item * Shape.LargeStride, 4 * Shape.Columns);
            int width = Shape.Width;
            for (int line = 0; line * width < small.Length; line++)
            {
                var from = small.Slice(line * width, width);
                var above = large.Slice(4 * line * width, 2 * width);
                for (int i = 0; i < from.Length; i++)
                    above[2 * i] = above[2 * i + 1] = Scale * from[i];
                above.CopyTo(large[((4 * line + 2) * width)..]);
            }
        }
    }

    private ref struct CollectRows : IJob
    {
        public required Span<float> Small;
        public required Span<float> Large;
        public required Shape Shape;
        public required float Scale;

        public readonly void Run(int item, int worker)
        {
            var small = Small.Slice(item * Shape.SmallStride, Shape.Columns);
            var large = Large.Slice(item * Shape.LargeStride, 4 * Shape.Columns);
            int width = Shape.Width;
            for (int line = 0; line * width < small.Length; line++)
            {
                var to = small.Slice(line * width, width);
                var above = large.Slice(4 * line * width, 2 * width);
                var below = large.Slice((4 * line + 2) * width, 2 * width);
                for (int i = 0; i < to.Length; i++)
                    to[i] = Scale * (above[2 * i] + above[2 * i + 1] + (below[2 * i] + below[2 * i + 1]));
            }
        }
    }
}
