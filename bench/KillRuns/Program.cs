using System.Diagnostics;
using System.Globalization;
using GpuCgan.KillRuns;

// Kills a training run with SIGKILL and resumes it until it has been killed KILLS times; every run must end in the bytes of one that was never killed.
//   bench/kill.sh [KILLS] [SEED]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length != 3 || !int.TryParse(args[1], out int kills) || kills < 1 || !int.TryParse(args[2], out int seed))
{
    Console.Error.WriteLine("usage: KillRuns GPUCGAN.DLL KILLS SEED");
    return 2;
}

string folder = Directory.CreateTempSubdirectory("gpucgan-kill-").FullName;
var clock = Stopwatch.StartNew();
var runs = new KilledRuns(args[0], folder, steps: 900, seed, Console.Error.WriteLine);
try
{
    runs.Kill(kills);
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine($"error: {e.Message} (seed {seed}; the runs are in {folder})");
    return 1;
}
Directory.Delete(folder, recursive: true);
Console.WriteLine(
    $"{runs.Kills} kills (seed {seed}) in {clock.Elapsed.TotalSeconds:0} s, {runs.KillsWhileWriting} with a file half written, {runs.KillsBeforeCheckpoint} before the first checkpoint: all {runs.Runs} runs ended in the bytes of the undisturbed one");
return 0;
