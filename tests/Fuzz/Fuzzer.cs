using System.Diagnostics;
using System.Globalization;

namespace GpuCgan.Fuzz;

/// <summary>
/// Gives a reader damaged files. Each is read, or refused with an <see cref="IOException"/> or <see cref="InvalidDataException"/> of one line that names the file; within the
/// reader's bound of memory and a generous one of time; and nothing but the file itself lies in its folder afterwards.
/// </summary>
internal static class Fuzzer
{
    /// <summary>Failures beyond these are not kept.</summary>
    public const int MostFailures = 5;

    /// <summary>A case takes well below a millisecond on an idle machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <param name="target">The reader.</param>
    /// <param name="cases">How many files.</param>
    /// <param name="seed">Equal seeds make equal files.</param>
    /// <param name="first">The number of the first case.</param>
    public static FuzzReport Run(FuzzTarget target, int cases, int seed, int first = 0)
    {
        string folder = Directory.CreateTempSubdirectory("gpucgan-fuzz-").FullName;
        try
        {
            string path = Path.Combine(folder, target.FileName);
            // Once as it is, so that what is allocated once is not a case's.
            File.WriteAllBytes(path, target.Seeds[0]);
            target.Read(path);
            int accepted = 0;
            long mostAllocated = 0;
            TimeSpan slowest = TimeSpan.Zero;
            List<string> failures = [];
            for (int number = first; number < first + cases; number++)
            {
                string? failure = Check(target, path, Make(target, seed, number), out Reading reading);
                accepted += reading.IsAccepted ? 1 : 0;
                (slowest, mostAllocated) = (reading.Time > slowest ? reading.Time : slowest, Math.Max(mostAllocated, reading.Allocated));
                if (failure is not null && failures.Count < MostFailures)
                    failures.Add(string.Create(CultureInfo.InvariantCulture, $"{target.Name}, seed {seed}, case {number}: {failure}"));
            }

            return new FuzzReport(target.Name, cases, accepted, mostAllocated, slowest, failures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Gives a reader one file.</summary>
    /// <param name="target">The reader.</param>
    /// <param name="path">Where the file goes, alone in its folder.</param>
    /// <param name="bytes">What it holds.</param>
    /// <param name="reading">How it went.</param>
    /// <returns>What is wrong with that, or null.</returns>
    public static string? Check(FuzzTarget target, string path, byte[] bytes, out Reading reading)
    {
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        string? failure = null;
        bool isAccepted = false;
        try
        {
            target.Read(path);
            isAccepted = true;
        }
        catch (Exception e)
        {
            failure = Complaint(e, target.FileName);
        }

        reading = new Reading(isAccepted, Stopwatch.GetElapsedTime(start), GC.GetAllocatedBytesForCurrentThread() - before);
        long most = target.MostAllocated(bytes.Length);
        if (reading.Allocated > most)
            failure ??= string.Create(CultureInfo.InvariantCulture, $"allocated {reading.Allocated} bytes for a file of {bytes.Length}, expected at most {most}");
        if (reading.Time > Patience)
            failure ??= string.Create(CultureInfo.InvariantCulture, $"took {reading.Time.TotalSeconds:0.0} s");
        if (Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Length != 1)
            failure ??= "left something beside the file";
        return failure;
    }

    /// <summary>The file of a case.</summary>
    public static byte[] Make(FuzzTarget target, int seed, int number)
    {
        Random random = new(unchecked((seed * 1_000_003) ^ (number * 7919)));
        byte[] start = target.Seeds[random.Next(target.Seeds.Count)], other = target.Seeds[random.Next(target.Seeds.Count)];
        byte[] bytes = Mutator.Mutate(random, start, other);
        return random.Next(2) == 0 ? bytes : target.Repair(bytes, start);
    }

    /// <summary>How a reading went.</summary>
    internal readonly record struct Reading(bool IsAccepted, TimeSpan Time, long Allocated);

    /// <summary>What is wrong with an exception; null where it is as it should be.</summary>
    private static string? Complaint(Exception e, string fileName)
    {
        if (e is not (IOException or InvalidDataException))
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")} {e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("GpuCgan", StringComparison.Ordinal))?.Trim()}";
        if (!e.Message.Contains(fileName, StringComparison.Ordinal))
            return $"the message does not name the file: {e.Message.ReplaceLineEndings(" ")}";
        return e.Message.Any(char.IsControl) ? $"the message has control characters: {e.Message.ReplaceLineEndings(" ")}" : null;
    }
}
