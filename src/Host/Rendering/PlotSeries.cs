using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>One curve: its name in the legend, its colour, and a value a point, of which some may not be finite.</summary>
internal sealed record PlotSeries(string Name, SKColor Color, double[] Values)
{
    /// <summary>How many neighbours on each side <see cref="Smoothed"/> takes for a curve of so many points.</summary>
    public static int Reach(int points) => points < 100 ? 0 : points / 80;

    /// <summary>The last finite value, or NaN.</summary>
    public double Latest
    {
        get
        {
            int last = Array.FindLastIndex(Values, double.IsFinite);
            return last < 0 ? double.NaN : Values[last];
        }
    }

    /// <summary>The mean over each point and its neighbours, centred so that it does not lag, one-sided at the ends; gaps stay gaps.</summary>
    public double[] Smoothed()
    {
        int reach = Reach(Values.Length);
        var sums = new double[Values.Length + 1];
        var counts = new int[Values.Length + 1];
        for (int i = 0; i < Values.Length; i++)
        {
            bool finite = double.IsFinite(Values[i]);
            sums[i + 1] = sums[i] + (finite ? Values[i] : 0);
            counts[i + 1] = counts[i] + (finite ? 1 : 0);
        }
        var means = new double[Values.Length];
        for (int i = 0; i < means.Length; i++)
        {
            int from = Math.Max(0, i - reach), to = Math.Min(means.Length, i + reach + 1);
            means[i] = double.IsFinite(Values[i]) ? (sums[to] - sums[from]) / (counts[to] - counts[from]) : double.NaN;
        }
        return means;
    }
}
