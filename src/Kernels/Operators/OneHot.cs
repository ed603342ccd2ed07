using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y[r, c] = 1 where c / repeat = labels[r], else 0, over [B, classes·repeat]; overwrites y. Repeated as often as an image has pixels it is a plane a
/// label, the label's own of ones (Radford, Metz and Chintala's DCGAN is conditioned so by its users). A kernel cannot throw: a label outside of 0 … classes−1 gives a row of
/// zeros. As y may be a slice of columns of a wider matrix, an image or a latent vector and its label are joined without a copy.
/// </summary>
public sealed class OneHot
{
    private static void Kernel(Index1D i, ArrayView<int> labels, ArrayView<float> y, Layout s)
    {
        EarlierLaunches.Await();
        int row = s.Columns.Divide(i, out int column);
        // Floats, not integers to be converted: ILGPU 1.5.3 makes the bits of the integer 1 of a converted comparison on OpenCL.
        y[row * s.Stride + column] = labels[row] == s.Repeat.Divide(column) ? 1f : 0f;
    }

    internal readonly struct Layout(int columns, int stride, int repeat)
    {
        public readonly Divisor Columns = new(columns), Repeat = new(repeat);
        public readonly int Stride = stride;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<int>, ArrayView<float>, Layout>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public OneHot(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<int>, ArrayView<float>, Layout>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>Overwrites y.</summary>
    /// <param name="labels">[B].</param>
    /// <param name="y">[B, classes·repeat].</param>
    /// <param name="repeat">Columns a label.</param>
    /// <exception cref="ArgumentException">There is not one label a row, or the columns are not a multiple of <paramref name="repeat"/>.</exception>
    public void Launch(ArrayView<int> labels, Matrix y, int repeat = 1)
    {
        if (labels.Length != y.Rows || repeat < 1 || y.Columns % repeat != 0)
            throw new ArgumentException($"{labels.Length} labels do not fit {y} one-hot rows of {repeat} columns a label.");
        using var launch = _device.Profiler?.Begin("OneHot", $"{y}", 0, sizeof(int) * labels.Length + sizeof(float) * y.Elements);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, y.Rows * y.Columns, labels, y.Data, new Layout(y.Columns, y.Stride, repeat));
            return;
        }
        var job = new WideRows { Labels = labels, Y = y, Repeat = repeat };
        _device.Team!.Run(ref job, (y.Rows + WideRows.RowsAnItem - 1) / WideRows.RowsAnItem);
    }

    private struct WideRows : IJob
    {
        /// <summary>Rows an item: a batch of a recipe is one item, since it takes less time than a second thread to join.</summary>
        public const int RowsAnItem = 512;

        public required ArrayView<int> Labels { get; init; }
        public required Matrix Y { get; init; }
        public required int Repeat { get; init; }

        public readonly void Run(int item, int worker)
        {
            var labels = Labels.AsHostSpan();
            var y = Y.Data.AsHostSpan();
            for (int row = item * RowsAnItem; row < Math.Min((item + 1) * RowsAnItem, Y.Rows); row++)
            {
                var values = y.Slice(row * Y.Stride, Y.Columns);
                values.Clear();
                if ((uint)labels[row] < (uint)(values.Length / Repeat))
                    values.Slice(labels[row] * Repeat, Repeat).Fill(1);
            }
        }
    }
}
