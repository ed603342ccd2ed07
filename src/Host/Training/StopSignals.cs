using System.Runtime.InteropServices;

namespace GpuCgan.Host.Training;

/// <summary>
/// SIGINT (Ctrl-C) and SIGTERM ask the run to stop: the step in hand is finished and a checkpoint written. A second signal ends the process at once, for
/// whoever does not want to wait.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private volatile int _exitCode;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Ask(context, Host.ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Ask(context, Host.ExitCode.Terminated));
    }

    /// <summary>The exit code of the first signal; 0 while there was none.</summary>
    public int ExitCode => _exitCode;

    private void Ask(PosixSignalContext context, int exitCode)
    {
        context.Cancel = _exitCode == 0;
        if (_exitCode == 0)
            _exitCode = exitCode;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
    }
}
