using System.Globalization;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Profiling;

/// <summary>A profile for people, in lines of at most 80 characters.</summary>
internal static class ProfileText
{
    private const int Width = 80;
    private const string Nothing = "-";

    public static IEnumerable<string> Of(StepProfile p) => [.. Head(p), "", .. Kernels(p), "", .. Step(p)];

    private static IEnumerable<string> Head(StepProfile p)
    {
        var c = p.Ceilings;
        return
        [
            $"recipe    {p.Recipe["name"]}, batch {p.BatchSize}; {p.Data} images of {string.Join("×", p.Image)}, {p.Classes} classes",
            $"device    {p.Device}: {p.DeviceName}",
            $"backend   {p.Backend}",
            $"ceilings  product {c.ProductSize}³ {Rate(c.FlopsPerSecond)} GFLOP/s, copy of {ByteText.Of(c.CopyBytes)} {Rate(c.BytesPerSecond)} GB/s,",
            $"          a {Start(p)} that does nothing {Number(c.LaunchSeconds * 1e6)} µs",
        ];
    }

    private static IEnumerable<string> Kernels(StepProfile p)
    {
        // Microseconds up to a step of 100 ms; then milliseconds, so that a slow device's numbers stay short.
        var (unit, name) = p.StepSeconds.Median < 0.1 ? (1e6, "µs") : (1e3, "ms");
        List<string[]> rows = [["kernel", "n", "total", "median", "%", "GF/s", "%", "GB/s", "%"]];
        foreach (var k in p.Kernels)
        {
            rows.Add(
            [
                k.Shape is null ? k.Kernel : $"{k.Kernel} {k.Shape}", Count(k.Launches), Number(k.Seconds * unit), Number(k.MedianSeconds * unit), Percent(k.Share),
                k.Flops == 0 ? Nothing : Rate(k.FlopsPerSecond), k.Flops == 0 ? Nothing : Whole(k.ShareOfFlops), Rate(k.BytesPerSecond), Whole(k.ShareOfBytes),
            ]);
        }
        double between = p.ProfiledStepSeconds.Median - p.KernelSeconds;
        rows.Add(["between the kernels", "", Number(between * unit), "", Percent(between / p.ProfiledStepSeconds.Median), "", "", "", ""]);
        int excess = TextTable.Lines(rows).Max(line => line.Length) - Width;
        if (excess > 0)
        {
            int longest = rows.Max(row => row[0].Length) - excess;
            foreach (string[] row in rows.Where(row => row[0].Length > longest))
                row[0] = row[0][..(longest - 1)] + "…";
        }
        return
        [
            $"n launches a step, total a step and median of a launch in {name};",
            "% of the step, then of the product's rate and of the copy's (above 100: cached);",
            "a product's shape is rows×columns×depth.",
            "",
            .. TextTable.Lines(rows).Select(line => line.TrimEnd()),
        ];
    }

    private static IEnumerable<string> Step(StepProfile p)
    {
        var (s, f) = (p.StepSeconds, p.Floor);
        double gap = s.Median - f.Seconds;
        var lines = new List<string>
        {
            $"step      {Milliseconds(s.Median)} ms (10 % {Milliseconds(s.Low)}, 90 % {Milliseconds(s.High)}); while profiled {Milliseconds(p.ProfiledStepSeconds.Median)} ms",
            $"floor     arithmetic {Milliseconds(f.ArithmeticSeconds)} ms: {Number(f.Flops / 1e9)} GFLOP at the product's rate",
            $"          bytes      {Milliseconds(f.BytesSeconds)} ms: {ByteText.Of((long)f.Bytes)} at the copy's rate",
            $"          {Start(p) + (p.Device == "cpu" ? "s" : "es"),-10} {Milliseconds(f.LaunchesSeconds)} ms: {Count(f.Starts)} of them, each as one that does nothing",
            $"gap       {Milliseconds(gap)} ms from the largest floor, {Percent(gap / s.Median)} % of the step",
        };
        if (p.Unannounced > 0)
            lines.Add($"          {p.Unannounced} jobs a step are of no announced kernel: an operator forgets to announce itself");
        return lines;
    }

    /// <summary>What the host hands to the device.</summary>
    private static string Start(StepProfile p) => p.Device == "cpu" ? "job" : "launch";

    private static string Milliseconds(double seconds) => Number(seconds * 1e3);

    /// <summary>Three digits: 1.23, 12.3, 123.</summary>
    private static string Number(double value) => Math.Abs(value) switch
    {
        < 9.995 => value.ToString("0.00", CultureInfo.InvariantCulture),
        < 99.95 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    /// <summary>10⁹ a second; below ten with a digit behind the point.</summary>
    private static string Rate(double perSecond) => (perSecond / 1e9).ToString(perSecond < 9.95e9 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Whole(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture);

    private static string Count(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
