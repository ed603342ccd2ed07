namespace GpuCgan.Host.Training;

/// <summary>
/// Writes that come again at the next interval, so that a full disk need not end a run: a failure is said once, and once more when it is over.
/// </summary>
/// <param name="warn">Gets the lines.</param>
internal sealed class RepeatedWrites(Action<string> warn)
{
    private readonly HashSet<string> _failing = [];

    /// <summary>Carries out <paramref name="write"/>; false where the disk did not take it.</summary>
    /// <param name="what">What is written, for people: a file or a folder.</param>
    /// <param name="write">The write.</param>
    public bool Try(string what, Action write)
    {
        try
        {
            write();
            if (_failing.Remove(what))
                warn($"{what} can be written again.");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_failing.Add(what))
                warn($"{what} cannot be written ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}). Training goes on and tries again at the next interval.");
            return false;
        }
    }
}
