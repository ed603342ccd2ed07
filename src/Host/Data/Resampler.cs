namespace GpuCgan.Host.Data;

/// <summary>
/// Changes the size of 8-bit images with the triangle filter, an axis at a time: a target pixel is the weighted mean of the source pixels around
/// its centre,
/// <code>
/// w(k) ∝ max(0, 1 − |k + ½ − c| / r),  c = (i + ½)·s,  r = max(1, s),  s = source / target
/// </code>
/// </summary>
/// <remarks>
/// Enlarging, r is 1 and this is linear interpolation. Shrinking, the triangle widens with the ratio, so that every source pixel counts and thin strokes do not
/// fall between samples. Weights that would lie outside of the image are left out and the others scaled to the sum 1. Values are averaged as
/// they are stored (not in linear light) and in double precision, and rounded once, halves upwards. The sides change independently:
/// an image of another aspect is stretched.
/// </remarks>
internal sealed class Resampler
{
    private readonly ImageSize source;
    private readonly ImageSize target;
    private readonly Axis rows;
    private readonly Axis columns;
    private readonly double[] narrowed; // [source.Height, target.Width]

    public Resampler(ImageSize source, ImageSize target)
    {
        this.source = source;
        this.target = target;
        rows = new Axis(source.Height, target.Height);
        columns = new Axis(source.Width, target.Width);
        narrowed = new double[source.Height * target.Width];
    }

    /// <summary>Resamples one plane [height, width].</summary>
    public void Apply(ReadOnlySpan<byte> from, Span<byte> to)
    {
        for (int y = 0; y < source.Height; y++)
        {
            ReadOnlySpan<byte> row = from.Slice(y * source.Width, source.Width);
            for (int x = 0; x < target.Width; x++)
            {
                int first = columns.First[x];
                double sum = 0;
                foreach (double weight in columns.Weights[x])
                    sum += weight * row[first++];
                narrowed[y * target.Width + x] = sum;
            }
        }

        for (int y = 0; y < target.Height; y++)
        {
            for (int x = 0; x < target.Width; x++)
            {
                int row = rows.First[y];
                double sum = 0;
                foreach (double weight in rows.Weights[y])
                    sum += weight * narrowed[row++ * target.Width + x];
                to[y * target.Width + x] = (byte)(sum + 0.5);
            }
        }
    }

    /// <summary>For each target pixel of an axis, the first source pixel that counts and the weights from there on; their sum is 1.</summary>
    private sealed class Axis
    {
        public Axis(int source, int target)
        {
            double scale = (double)source / target;
            double radius = Math.Max(1, scale);
            First = new int[target];
            Weights = new double[target][];
            for (int i = 0; i < target; i++)
            {
                double centre = (i + 0.5) * scale;
                int first = Math.Max(0, (int)Math.Floor(centre - radius));
                int last = Math.Min(source - 1, (int)Math.Ceiling(centre + radius));
                double[] weights = [.. Enumerable.Range(first, last - first + 1).Select(k => Math.Max(0, 1 - Math.Abs(k + 0.5 - centre) / radius))];
                double sum = weights.Sum();
                First[i] = first;
                Weights[i] = [.. weights.Select(weight => weight / sum)];
            }
        }

        public int[] First { get; }

        public double[][] Weights { get; }
    }
}
