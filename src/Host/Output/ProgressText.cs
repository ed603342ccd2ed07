using System.Globalization;

namespace GpuCgan.Host.Output;

/// <summary>A run's state in words that fit a terminal of 80 columns beside a short bar.</summary>
internal static class ProgressText
{
    /// <summary>"1234 steps/s  D 0.61 G 1.72  D(x) 0.63 D(G(z)) 0.34  0:05 left".</summary>
    public static string Of(ProgressState s) => string.Create(CultureInfo.InvariantCulture,
        $"{Rate(s.StepsPerSecond)} steps/s  D {Loss(s.Metrics.DiscriminatorLoss)} G {Loss(s.Metrics.GeneratorLoss)}  D(x) {s.Metrics.RealScore:0.00} D(G(z)) {s.Metrics.FakeScore:0.00}  {Time(s.Left)} left");

    /// <summary>Hours:minutes:seconds, without leading zeros.</summary>
    public static string Time(TimeSpan time)
    {
        long seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>Two decimals, and an exponent where a loss runs away.</summary>
    private static string Loss(double loss) => loss.ToString(Math.Abs(loss) < 1000 ? "0.00" : "0.0e+0", CultureInfo.InvariantCulture);

    private static string Rate(double rate) => rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
