using System.Globalization;

namespace GpuCgan.Host.Rendering;

/// <summary>A linear axis: its range and round ticks 1, 2 or 5 times a power of ten apart.</summary>
internal sealed record PlotAxis
{
    /// <summary>No axis reaches beyond: far past any float, and far enough from overflow that ticks can be reckoned.</summary>
    private const double Farthest = 1e100;

    private PlotAxis(double min, double max, double tickStep)
    {
        Min = min;
        Max = max;
        TickStep = tickStep;
    }

    public double Min { get; }

    public double Max { get; }

    public double TickStep { get; }

    /// <summary>Every tick inside the range, rising.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            // Counted, not summed up: a sum would drift, and label a zero "-1e-17".
            // The added zero turns the ceiling's negative zero into a plain one.
            double first = Math.Ceiling((Min / TickStep) - 1e-9) + 0.0;
            for (double i = first; i * TickStep <= Max + (TickStep * 1e-9); i++) yield return i * TickStep;
        }
    }

    /// <summary>Exactly from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static PlotAxis Fixed(double min, double max, int wantedTicks) =>
        new(min, max, RoundStep((max - min) / wantedTicks));

    /// <summary>Holds all of the values, and ends on ticks. Values must be finite; without any the range is 0 to 1.</summary>
    public static PlotAxis Around(IEnumerable<double> values, int wantedTicks)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (double v in values)
        {
            min = Math.Min(min, Math.Clamp(v, -Farthest, Farthest));
            max = Math.Max(max, Math.Clamp(v, -Farthest, Farthest));
        }
        if (min > max) (min, max) = (0, 1);
        // A loss is read against zero where zero is near.
        if (min > 0 && min < 0.6 * max) min = 0;
        double span = max - min;
        if (!(span > Math.Abs(max) * 1e-9) || !(span > 1e-12))
        {
            double room = Math.Max(Math.Abs(max) * 0.1, 1e-6);
            (min, max) = (min - room, max + room);
            span = max - min;
        }
        double step = RoundStep(span / wantedTicks);
        return new PlotAxis(Math.Floor((min / step) + 1e-9) * step, Math.Ceiling((max / step) - 1e-9) * step, step);
    }

    /// <summary>Where a value lies, 0 at the axis's beginning and 1 at its end.</summary>
    public double Fraction(double value) => (value - Min) / (Max - Min);

    /// <summary>A tick's text, with as many digits as tell it from its neighbours; thousands and millions from 10000 on.</summary>
    public string Label(double tick)
    {
        double largest = Math.Max(Math.Abs(Min), Math.Abs(Max));
        if (largest >= 1e9 || TickStep < 1e-5) return tick.ToString("0.##e+0", CultureInfo.InvariantCulture);
        (double unit, string suffix) = largest >= 1e7 ? (1e6, "M") : largest >= 1e4 ? (1e3, "k") : (1.0, "");
        int decimals = Math.Max(0, (int)-Math.Floor(Math.Log10(TickStep / unit) + 1e-9));
        return (tick / unit).ToString("F" + decimals, CultureInfo.InvariantCulture) + (tick == 0 ? "" : suffix);
    }

    private static double RoundStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double lead = raw / power;
        return power * (lead <= 1.0001 ? 1 : lead <= 2.0001 ? 2 : lead <= 5.0001 ? 5 : 10);
    }
}
