using GpuCgan.Network;

namespace GpuCgan.Modes;

/// <summary>
/// 25 Gaussians at the points {−4, −2, 0, 2, 4}² with σ = 0.05 (Lin, Khetan, Fanti and Oh, "PacGAN", 2018): modes 40 σ apart, which a G that misses some of them shows at a glance.
/// </summary>
/// <remarks>
/// A point is an image of 1×2 pixels. Training data are bytes, so a coordinate in [−4.25, 4.25] is rounded to steps of 1/30, two thirds of σ, which makes σ 0.051; what G makes is not rounded.
/// </remarks>
internal static class GaussianGrid
{
    public const int Modes = 25;

    public const double Deviation = 0.05;

    /// <summary>The largest coordinate that a byte holds: five σ beyond the last mode.</summary>
    public const double Reach = 4.25;

    /// <summary>A point as an image.</summary>
    public static readonly ImageShape Image = new(1, 2, 1);

    private const int Side = 5;
    private const double Spacing = 2;

    /// <summary>A mode's mean.</summary>
    public static (double X, double Y) Mean(int mode) => (Coordinate(mode % Side), Coordinate(mode / Side));

    /// <summary>[count, 2]: points as bytes, as many of each mode as of any other where <paramref name="count"/> is a multiple of 25.</summary>
    public static byte[] Points(int count, int seed)
    {
        var random = new Random(seed);
        var points = new byte[2 * count];
        for (int i = 0; i < count; i++)
        {
            var (x, y) = Mean(i % Modes);
            // Box and Muller's two normal numbers.
            double radius = Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), angle = Math.Tau * random.NextDouble();
            points[2 * i] = Encode(x + radius * Math.Cos(angle));
            points[2 * i + 1] = Encode(y + radius * Math.Sin(angle));
        }
        return points;
    }

    /// <summary>[count, 2]: bytes as G's numbers in [−1, 1].</summary>
    public static float[] Decode(ReadOnlySpan<byte> points)
    {
        var numbers = new float[points.Length];
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = points[i] / 127.5f - 1;
        return numbers;
    }

    /// <summary>Counts the modes that points reach: of a point within 3σ of a mode it is said that its quality is high, and a mode with one such point that it is covered.</summary>
    /// <param name="points">[count, 2] in [−1, 1], as G makes them; what is not finite is far from every mode.</param>
    public static ModeCount Count(ReadOnlySpan<float> points)
    {
        var hits = new int[Modes];
        for (int i = 0; i < points.Length; i += 2)
        {
            double x = points[i] * Reach, y = points[i + 1] * Reach;
            int mode = Nearest(y) * Side + Nearest(x);
            var (meanX, meanY) = Mean(mode);
            if (Math.Sqrt((x - meanX) * (x - meanX) + (y - meanY) * (y - meanY)) <= 3 * Deviation)
                hits[mode]++;
        }
        return new ModeCount(hits, points.Length / 2);
    }

    private static double Coordinate(int index) => Spacing * (index - Side / 2);

    private static int Nearest(double coordinate) => double.IsNaN(coordinate) ? 0 : (int)Math.Clamp(Math.Round(coordinate / Spacing), -2, 2) + Side / 2;

    private static byte Encode(double coordinate) => (byte)Math.Round(Math.Clamp(coordinate / Reach + 1, 0, 2) * 127.5);
}
