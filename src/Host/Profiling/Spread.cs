namespace GpuCgan.Host.Profiling;

/// <summary>Many measurements of one thing in three numbers.</summary>
/// <param name="Median">Half of them are smaller.</param>
/// <param name="Low">A tenth of them are smaller.</param>
/// <param name="High">A tenth of them are larger.</param>
internal sealed record Spread(double Median, double Low, double High)
{
    /// <exception cref="ArgumentException">There is no measurement.</exception>
    public static Spread Of(IEnumerable<double> measurements)
    {
        double[] sorted = [.. measurements.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("There is no spread of nothing.", nameof(measurements));
        return new Spread(Quantile(sorted, 0.5), Quantile(sorted, 0.1), Quantile(sorted, 0.9));
    }

    /// <summary>Between two neighbours in proportion, as NumPy and R have it by default.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
