using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class Augment
{
    /// <summary>An image's pixels come from anywhere, which vectors do not load: each worker takes images and goes through their pixels one by one.</summary>
    private void ForwardWide(Matrix x, Matrix amounts, Matrix y, Layout layout, float fill)
    {
        var job = new ForwardImages { X = x, Amounts = amounts, Y = y, Layout = layout, Fill = fill };
        _device.Team!.Run(ref job, x.Rows);
    }

    private void BackwardWide(Matrix dy, Matrix amounts, Matrix dx, Layout layout)
    {
        var job = new BackwardImages { DY = dy, Amounts = amounts, DX = dx, Layout = layout };
        _device.Team!.Run(ref job, dy.Rows);
    }

    private struct ForwardImages : IJob
    {
        public required Matrix X { get; init; }
        public required Matrix Amounts { get; init; }
        public required Matrix Y { get; init; }
        public required Layout Layout { get; init; }
        public required float Fill { get; init; }

        public readonly void Run(int item, int worker)
        {
            var map = new Map(Amounts.Data.SubView(item * Amounts.Stride, Augment.Amounts), Layout);
            var y = Y.Data.AsHostSpan().Slice(item * Y.Stride, Y.Columns);
            int size = Layout.Height * Layout.Width;
            for (int i = 0; i < y.Length; i++)
                y[i] = Output(X.Data, item * X.Stride + i / size * size, map, i / Layout.Width % Layout.Height, i % Layout.Width, Layout, Fill);
        }
    }

    private struct BackwardImages : IJob
    {
        public required Matrix DY { get; init; }
        public required Matrix Amounts { get; init; }
        public required Matrix DX { get; init; }
        public required Layout Layout { get; init; }

        public readonly void Run(int item, int worker)
        {
            var map = new Map(Amounts.Data.SubView(item * Amounts.Stride, Augment.Amounts), Layout);
            var dy = DY.Data.AsHostSpan().Slice(item * DY.Stride, DY.Columns);
            var dx = DX.Data.AsHostSpan().Slice(item * DX.Stride, DX.Columns);
            dx.Clear();
            int size = Layout.Height * Layout.Width;
            for (int i = 0; i < dy.Length; i++)
            {
                int row = i / Layout.Width % Layout.Height, column = i % Layout.Width;
                if (map.IsCut(row, column))
                    continue;
                float sourceRow = map.SourceRow(row, column), sourceColumn = map.SourceColumn(row, column), gradient = map.Contrast * dy[i];
                var plane = dx.Slice(i / size * size, size);
                int top = Floor(sourceRow), left = Floor(sourceColumn);
                for (int r = top; r <= top + 1; r++)
                {
                    for (int c = left; c <= left + 1; c++)
                    {
                        float down = Tent(sourceRow - r), right = Tent(sourceColumn - c);
                        if (down > 0 && right > 0 && Layout.Has(r, c))
                            plane[r * Layout.Width + c] += down * right * gradient;
                    }
                }
            }
        }
    }
}
