using System.Diagnostics;
using System.Text.Json.Nodes;

namespace GpuCgan.KillRuns;

/// <summary>
/// Trains a small run undisturbed, then trains the same run again and again while killing the process with SIGKILL and resuming it, and compares what the two leave behind, byte
/// for byte. All kills come at a moment drawn over the first 70 % of what an undisturbed process lives, start-up included; half of them wait from there until a file is seen half written.
/// </summary>
/// <param name="program">gpucgan.dll.</param>
/// <param name="folder">Where the runs are put; it must be empty.</param>
/// <param name="steps">The run's length. A checkpoint is written every epoch, about every 22 steps.</param>
/// <param name="seed">Of the moments. When exactly the process is hit then depends on the machine.</param>
/// <param name="say">Gets a line now and then.</param>
public sealed class KilledRuns(string program, string folder, int steps, int seed, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Random _random = new(seed);
    private double _life;

    /// <summary>Kills that hit a process.</summary>
    public int Kills { get; private set; }

    /// <summary>Those that left a half-written file behind.</summary>
    public int KillsWhileWriting { get; private set; }

    /// <summary>Those that came before there was a checkpoint.</summary>
    public int KillsBeforeCheckpoint { get; private set; }

    /// <summary>Runs that reached their end and were compared.</summary>
    public int Runs { get; private set; }

    /// <summary>Kills <paramref name="kills"/> times, in as many runs as that takes, and lets the last run end.</summary>
    /// <exception cref="InvalidOperationException">A run differs from the undisturbed one, or does not resume.</exception>
    public void Kill(int kills)
    {
        string whole = Path.Combine(folder, "whole");
        var clock = Stopwatch.StartNew();
        End(Start(whole, null), "the undisturbed run");
        _life = clock.Elapsed.TotalSeconds;
        while (Kills < kills || Runs == 0)
        {
            string killed = Path.Combine(folder, $"killed-{Runs}");
            TrainKilled(killed, kills);
            Compare(RunIn(whole)!, RunIn(killed)!);
            Runs++;
            Directory.Delete(killed, recursive: true);
            say($"{Kills} kills, {KillsWhileWriting} with a file half written, {KillsBeforeCheckpoint} before a checkpoint; {Runs} runs ended in the same bytes");
        }
    }

    private void TrainKilled(string killed, int kills)
    {
        while (true)
        {
            string? run = RunIn(killed);
            // Killed before it had written its options, a run has done nothing yet.
            if (run is null && Directory.Exists(killed))
                Directory.Delete(killed, recursive: true);
            var process = Start(killed, run);
            if (!KillSomewhen(process, killed, Kills >= kills))
                return;
        }
    }

    /// <summary>False where the run came to its end before.</summary>
    private bool KillSomewhen(Process process, string killed, bool isSpared)
    {
        using var owned = process;
        var error = process.StandardError.ReadToEndAsync();
        bool waitForWrite = _random.Next(2) == 0;
        double moment = _random.NextDouble() * _life * 0.7;
        var clock = Stopwatch.StartNew();
        // What the last kill left half written is cleaned first, and options.json is written behind that.
        bool cleaned = !IsWriting(killed);
        if (isSpared && !process.WaitForExit(Patience))
            throw new InvalidOperationException($"the resumed run did not end in {Patience}");
        while (!process.HasExited && (clock.Elapsed.TotalSeconds < moment || waitForWrite && !(cleaned && IsWriting(killed))))
        {
            cleaned |= !IsWriting(killed);
            Thread.Sleep(waitForWrite ? 0 : 1);
        }
        process.Kill();
        process.WaitForExit();
        string said = error.Result;
        // It was killed right behind its last checkpoint.
        if (process.ExitCode == 2 && said.Contains("steps are done", StringComparison.Ordinal))
            return false;
        if (said.Contains("error: ", StringComparison.Ordinal) || said.Contains("is taken", StringComparison.Ordinal))
            throw new InvalidOperationException($"after {Kills} kills: {said}");
        if (process.ExitCode == 0)
            return false;
        Kills++;
        if (IsWriting(killed))
            KillsWhileWriting++;
        if (RunIn(killed) is not { } run || Directory.GetFiles(Path.Combine(run, "checkpoints"), "*.safetensors").Length == 0)
            KillsBeforeCheckpoint++;
        return true;
    }

    private static bool IsWriting(string killed) =>
        Directory.Exists(killed) && Directory.EnumerateFiles(killed, "*.tmp", SearchOption.AllDirectories).Any();

    private static string? RunIn(string killed) =>
        !Directory.Exists(killed) ? null : Directory.GetDirectories(killed).FirstOrDefault(run => File.Exists(Path.Combine(run, "options.json")));

    private Process Start(string into, string? resume)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(program);
        string[] arguments = resume is not null
            ? ["train", "--resume", resume, "--threads", "1", "--quiet"]
            : ["train", "--steps", $"{steps}", "--checkpoint-interval", "1", "--sample-interval", "3", "--device", "cpu", "--threads", "1", "--seed", "5", "--name", "r", "--quiet", "--out", into];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static void End(Process process, string what)
    {
        using var owned = process;
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new InvalidOperationException($"{what} did not end in {Patience}");
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{what} ended with exit code {process.ExitCode}: {error.Result}");
    }

    /// <summary>The same files with the same bytes; the lines of metrics.jsonl but for the times in them. Who holds the lock is not compared; nor are report.html, which says when and how fast,
    /// and interpolation.png: both are drawn from the finished run, behind its last checkpoint, and <c>report</c> and <c>interpolate</c> draw them again.</summary>
    /// <param name="whole">The run that was left alone.</param>
    /// <param name="killed">The other one.</param>
    /// <param name="mayHaveMore">A folder in which the other one may have more files.</param>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static void Compare(string whole, string killed, string? mayHaveMore = null)
    {
        string[] expected = Names(whole), found = Names(killed);
        string[] missing = [.. expected.Except(found)], more = [.. found.Except(expected).Where(name => mayHaveMore is null || !name.StartsWith(mayHaveMore, StringComparison.Ordinal))];
        if (missing.Length + more.Length > 0)
            throw new InvalidOperationException($"the undisturbed run left [{string.Join(", ", missing)}] more, the killed one [{string.Join(", ", more)}]");
        foreach (string name in expected)
        {
            string a = Path.Combine(whole, name), b = Path.Combine(killed, name);
            bool isSame = name == "metrics.jsonl" ? Lines(a).SequenceEqual(Lines(b)) : File.ReadAllBytes(a).AsSpan().SequenceEqual(File.ReadAllBytes(b));
            if (!isSame)
                throw new InvalidOperationException($"{name} differs between {whole} and {killed}");
        }
    }

    private static string[] Names(string run) =>
        [.. Directory.GetFiles(run, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(run, path)).Where(name => name is not ("report.html" or "interpolation.png")).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(string metrics) => File.ReadLines(metrics).Select(line =>
    {
        var record = JsonNode.Parse(line)!.AsObject();
        record.Remove("seconds");
        record.Remove("images_per_second");
        return record.ToJsonString();
    });
}
