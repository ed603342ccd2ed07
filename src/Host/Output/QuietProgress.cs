namespace GpuCgan.Host.Output;

/// <summary>Shows nothing.</summary>
internal sealed class QuietProgress : IProgressDisplay
{
    public void Show(ProgressState state)
    {
    }

    public void Warn(string message)
    {
    }

    public void Dispose()
    {
    }
}
