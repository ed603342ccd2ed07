namespace GpuCgan.Kernels.Operators;

public sealed partial class Convolution
{
    /// <summary>What a target of the product is.</summary>
    private enum Target
    {
        Window,
        Pixel,
        Tap,
    }

    /// <summary>For each target the runs of columns, side by side in both operands, that it is summed over, in the order of the columns.</summary>
    private readonly ref struct NarrowRuns
    {
        // The first run of each target and, behind the last, their number; then A's column, B's column and the length of each run.
        private readonly Span<int> _table;

        public NarrowRuns(ConvShape s, Target target, Span<int> table)
        {
            _table = table;
            Targets = target == Target.Window ? s.MapPixels : target == Target.Pixel ? s.Pixels : s.KernelSize;
            int runs = 0;
            for (int t = 0; t < Targets; t++)
            {
                table[t] = runs;
                if (target == Target.Window)
                    AddTaps(s, t / s.MapWidth, t % s.MapWidth, ref runs);
                else if (target == Target.Pixel)
                    AddWindows(s, t / s.Width, t % s.Width, ref runs);
                else
                    AddPixels(s, t / s.KernelWidth, t % s.KernelWidth, ref runs);
            }
            table[Targets] = runs;
        }

        public int Targets { get; }

        /// <summary>Numbers that the table of any target may have.</summary>
        public static int Size(ConvShape s) => Math.Max(Math.Max(s.MapPixels, s.Pixels), s.KernelSize) + 1 + 3 * s.MapPixels * s.KernelSize;

        public ReadOnlySpan<int> Of(int target) => _table[(Targets + 1 + 3 * _table[target])..(Targets + 1 + 3 * _table[target + 1])];

        private void AddTaps(ConvShape s, int mapRow, int mapColumn, ref int runs)
        {
            int first = runs;
            for (int i = 0; i < s.KernelHeight; i++)
            {
                int row = mapRow * s.Stride - s.Padding + i;
                for (int j = 0; row >= 0 && row < s.Height && j < s.KernelWidth; j++)
                {
                    int column = mapColumn * s.Stride - s.Padding + j;
                    if (column >= 0 && column < s.Width)
                        Add(first, ref runs, i * s.KernelWidth + j, row * s.Width + column);
                }
            }
        }

        private void AddWindows(ConvShape s, int row, int column, ref int runs)
        {
            int first = runs;
            for (int i = 0; i < s.KernelHeight; i++)
            {
                for (int j = 0; j < s.KernelWidth; j++)
                {
                    int down = row + s.Padding - i, across = column + s.Padding - j;
                    if (down >= 0 && across >= 0 && down % s.Stride == 0 && across % s.Stride == 0 && down / s.Stride < s.MapHeight && across / s.Stride < s.MapWidth)
                        Add(first, ref runs, i * s.KernelWidth + j, down / s.Stride * s.MapWidth + across / s.Stride);
                }
            }
        }

        private void AddPixels(ConvShape s, int tapRow, int tapColumn, ref int runs)
        {
            int first = runs;
            for (int p = 0; p < s.MapHeight; p++)
            {
                int row = p * s.Stride - s.Padding + tapRow;
                for (int q = 0; row >= 0 && row < s.Height && q < s.MapWidth; q++)
                {
                    int column = q * s.Stride - s.Padding + tapColumn;
                    if (column >= 0 && column < s.Width)
                        Add(first, ref runs, row * s.Width + column, p * s.MapWidth + q);
                }
            }
        }

        private void Add(int first, ref int runs, int a, int b)
        {
            var table = _table[(Targets + 1)..];
            if (runs > first && table[3 * runs - 3] + table[3 * runs - 1] == a && table[3 * runs - 2] + table[3 * runs - 1] == b)
            {
                table[3 * runs - 1]++;
                return;
            }
            (table[3 * runs], table[3 * runs + 1], table[3 * runs + 2]) = (a, b, 1);
            runs++;
        }
    }
}
