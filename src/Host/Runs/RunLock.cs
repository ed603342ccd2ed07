using System.Globalization;

namespace GpuCgan.Host.Runs;

/// <summary>
/// Held by the process that trains a run, so that no second one writes into it. The lock is the operating system's, on an open file (flock on Linux and macOS, a share mode on
/// Windows): it ends with the process, however that ends, and a lock that a dead process left behind is no lock.
/// </summary>
/// <remarks>A file of its own names the holder, since a locked file cannot be read everywhere. On a file system without locks (some network shares) nothing is refused.</remarks>
public sealed class RunLock : IDisposable
{
    private const string LockName = ".lock";
    private const string HolderName = ".lock.holder";

    // EWOULDBLOCK on Linux and on macOS, ERROR_SHARING_VIOLATION: .NET has one type for these and for a full disk.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream held;
    private readonly string holderFile;

    private RunLock(FileStream held, string holderFile)
    {
        this.held = held;
        this.holderFile = holderFile;
    }

    /// <summary>Takes the lock of a run.</summary>
    /// <exception cref="IOException">Another process trains the run, or its folder cannot be written; one line.</exception>
    public static RunLock Take(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        string holderFile = Path.Combine(run.Folder, HolderName);
        try
        {
            FileStream held = new(Path.Combine(run.Folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            RunLock taken = new(held, holderFile);
            taken.NameHolder();
            return taken;
        }
        catch (IOException e) when (HeldByAnother.Contains(e.HResult))
        {
            throw new IOException($"{run.Folder}: {Holder(holderFile)} is training this run; wait until it ends, or stop it", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{run.Folder}: the run cannot be locked ({e.Message.ReplaceLineEndings(" ")}), expected a folder that can be written", e);
        }
    }

    /// <summary>Gives the lock back. The lock file stays: whoever deletes one can delete another process's.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(holderFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only words for a message; the next holder writes its own.
        }

        held.Dispose();
    }

    private void NameHolder()
    {
        try
        {
            File.WriteAllText(holderFile, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // On a full disk the lock holds all the same.
        }
    }

    private static string Holder(string holderFile)
    {
        try
        {
            string text = File.ReadAllText(holderFile).ReplaceLineEndings(" ");
            return text.Length is > 0 and < 200 ? text : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
