namespace GpuCgan.Host.Runs;

/// <summary>The temporary files that a killed process left in a run directory. For the process that holds the run's lock.</summary>
internal static class Leftovers
{
    // evaluate needs no lock, so its file may be being written right now; it overwrites its own leftover.
    private const string NotOurs = "evaluation";

    /// <summary>Deletes them and returns how many there were. One that cannot be deleted stays: the write that needs its name will say so.</summary>
    public static int Delete(RunDirectory run)
    {
        int deleted = 0;
        foreach (string folder in (string[])[run.Folder, run.SamplesFolder, run.CheckpointsFolder])
        {
            if (!Directory.Exists(folder))
                continue;
            foreach (string path in Directory.GetFiles(folder, "*.tmp"))
            {
                if (Path.GetFileName(path).StartsWith(NotOurs, StringComparison.Ordinal))
                    continue;
                try
                {
                    File.Delete(path);
                    deleted++;
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                }
            }
        }

        return deleted;
    }
}
