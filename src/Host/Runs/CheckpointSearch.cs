using GpuCgan.Host.Output;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Runs;

/// <summary>Finds the checkpoint that a path means. Of a run that is the newest whole one: a torn or damaged file is passed over, and said so.</summary>
internal static class CheckpointSearch
{
    /// <summary>The newest whole checkpoint of a run, or null where it has none at all.</summary>
    /// <param name="run">Its files are read to the end until one is whole.</param>
    /// <param name="warn">Gets a line for each file that is passed over.</param>
    /// <exception cref="InvalidDataException">There are checkpoints, and none is whole.</exception>
    public static RunCheckpoint? NewestWhole(RunDirectory run, Action<string> warn)
    {
        RunCheckpoint[] all = [.. run.Checkpoints().Reverse()];
        string? first = null;
        for (int i = 0; i < all.Length; i++)
        {
            try
            {
                GanCheckpoint.Verify(all[i].Path);
                return all[i];
            }
            catch (FileNotFoundException)
            {
                // Pruned just now by the process that trains the run.
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                first ??= e.Message;
                if (i + 1 < all.Length)
                    warn($"{e.Message.TrimEnd('.')}. The one before it is taken: {all[i + 1].Path}");
            }
        }

        return first is null ? null : throw new InvalidDataException($"{run.CheckpointsFolder}: none of the {all.Length} checkpoints is whole; the newest: {first}");
    }

    /// <summary>The checkpoint that <paramref name="runOrCheckpoint"/> means; see <see cref="RunDirectory.FindCheckpoint"/>.</summary>
    public static string Find(string runOrCheckpoint, Action<string>? warn)
    {
        if (File.Exists(runOrCheckpoint))
            return Path.GetFileName(runOrCheckpoint) == RunDirectory.LastName ? RunDirectory.Open(runOrCheckpoint).ReadLast() : runOrCheckpoint;
        RunDirectory run = RunDirectory.Open(runOrCheckpoint);
        string pattern = run.CheckpointFile(0).Replace("00000000", "*", StringComparison.Ordinal);
        return NewestWhole(run, warn ?? Messages.Warning)?.Path
            ?? throw new FileNotFoundException($"{runOrCheckpoint}: the run has no checkpoint, expected {pattern}; train it further or name another run", pattern);
    }
}
