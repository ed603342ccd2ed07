using System.Globalization;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Profiling;

/// <summary>A benchmark for people, in lines of at most 80 characters.</summary>
internal static class BenchText
{
    public static IEnumerable<string> Of(BenchResult b)
    {
        bool threads = b.Cases.Any(c => c.Threads > 0);
        List<string[]> rows = [Row(threads, "batch", "threads", "steps", "ms/step", "10 %", "90 %", "images/s", "speed-up", "bytes/step")];
        foreach (var c in b.Cases)
        {
            rows.Add(Row(
                threads, Text(c.BatchSize), Text(c.Threads), Text(c.Steps), Milliseconds(c.StepSeconds.Median), Milliseconds(c.StepSeconds.Low), Milliseconds(c.StepSeconds.High),
                c.ImagesPerSecond.ToString("0", CultureInfo.InvariantCulture), c.SpeedUp.ToString("0.00", CultureInfo.InvariantCulture), c.AllocatedBytes.ToString("0.#", CultureInfo.InvariantCulture)));
        }
        return
        [
            $"recipe   {b.Recipe["name"]}; {b.Data} images of {string.Join("×", b.Image)}, {b.Classes} classes",
            $"device   {b.Device}: {b.DeviceName}",
            $"backend  {b.Backend}",
            .. threads ? (string[])[] : [$"products {b.Precision}; launches {(b.Cases.All(c => c.Replayed) ? "recorded once and replayed" : "one by one")}; steps in twenties, with one wait each"],
            "",
            .. TextTable.Lines(rows),
            "",
            threads ? "speed-up: over the first number of threads; bytes: managed memory, all threads" : "bytes: managed memory, all threads",
        ];
    }

    /// <summary>Threads and what they bring are columns of the cpu device alone.</summary>
    private static string[] Row(bool hasThreads, string batch, string threads, string steps, string median, string low, string high, string images, string speedUp, string bytes) =>
        hasThreads ? [batch, threads, steps, median, low, high, images, speedUp, bytes] : [batch, steps, median, low, high, images, bytes];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(double seconds) => (1e3 * seconds).ToString(seconds < 1e-3 ? "0.0000" : "0.00", CultureInfo.InvariantCulture);
}
