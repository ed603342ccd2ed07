namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// Writes a file so that its final name only ever shows a complete one: the content goes to a temporary file in the same
/// folder, is flushed to the disk, and is then renamed over the final name.
/// </summary>
/// <remarks>
/// The folder's own entry is not flushed (.NET opens no folder for that). A power cut right after the rename can bring
/// back the file that had the name before, or none, but never a torn one.
/// </remarks>
public static class AtomicFile
{
    /// <summary>What is appended to the final name while the file is being written. A process that is killed leaves it behind.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes <paramref name="path"/>; when <paramref name="write"/> or the disk fails, what was there before is untouched and the temporary file is gone.</summary>
    /// <exception cref="IOException">The folder is missing or the disk is full, or another process is writing the same file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string temporary = path + TemporarySuffix;

        // Opened outside the try: a temporary file that another process holds is not ours to delete.
        FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Delete(temporary);
            throw;
        }
    }

    private static void Delete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report; the leftover is overwritten by the next write.
        }
    }
}
