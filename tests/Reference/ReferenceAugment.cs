namespace GpuCgan.Reference;

/// <summary>An augmented image, pixel by pixel, and its amounts from the words of Philox.</summary>
public static class ReferenceAugment
{
    /// <summary>cos/scale, sin/scale, down, right, k, b, top, left of every image.</summary>
    public static double[,] Amounts(
        ulong seed, uint step, uint purpose, int images, int height, int width, double shift, bool wholePixels, double scale, double degrees, double brightness,
        double contrast, int cutoutHeight, int cutoutWidth)
    {
        var result = new double[images, 8];
        for (int n = 0; n < images; n++)
        {
            uint[] Block(int k) => ReferencePhilox.Words([(uint)(2 * n + k), step, purpose, 0], [(uint)seed, (uint)(seed >> 32)]);
            uint[] words = [.. Block(0), .. Block(1)];
            double[] u = [.. words.Select(w => 2 * ReferencePhilox.UnitInterval(w) - 1)];
            double angle = degrees * u[3] * Math.PI / 180, factor = 1 + scale * u[2], down = shift * height * u[0], right = shift * width * u[1];
            double[] row =
            [
                Math.Cos(angle) / factor, Math.Sin(angle) / factor, wholePixels ? Math.Round(down) : down, wholePixels ? Math.Round(right) : right, 1 + contrast * u[5],
                brightness * u[4], Math.Floor(words[6] * (double)height / 4294967296) - cutoutHeight / 2, Math.Floor(words[7] * (double)width / 4294967296) - cutoutWidth / 2,
            ];
            for (int k = 0; k < 8; k++)
                result[n, k] = row[k];
        }
        return result;
    }

    /// <summary>One image of one channel: the sum over all input pixels (and a border of fill) of their bilinear weights.</summary>
    public static double[,] Forward(double[,] x, double[] a, int cutoutHeight, int cutoutWidth, double fill)
    {
        int height = x.GetLength(0), width = x.GetLength(1);
        var y = new double[height, width];
        for (int i = 0; i < height; i++)
        {
            for (int j = 0; j < width; j++)
            {
                double di = i - (height - 1) / 2.0 - a[2], dj = j - (width - 1) / 2.0 - a[3];
                double si = (height - 1) / 2.0 + a[0] * di + a[1] * dj, sj = (width - 1) / 2.0 - a[1] * di + a[0] * dj;
                double value = 0, total = 0;
                for (int p = 0; p < height; p++)
                {
                    for (int q = 0; q < width; q++)
                    {
                        double weight = Math.Max(0, 1 - Math.Abs(si - p)) * Math.Max(0, 1 - Math.Abs(sj - q));
                        value += weight * x[p, q];
                        total += weight;
                    }
                }
                bool cut = i >= a[6] && i < a[6] + cutoutHeight && j >= a[7] && j < a[7] + cutoutWidth;
                y[i, j] = cut ? fill : a[4] * (value + (1 - total) * fill) + a[5];
            }
        }
        return y;
    }
}
