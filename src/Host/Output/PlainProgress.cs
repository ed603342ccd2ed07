using System.Diagnostics;
using System.Globalization;

namespace GpuCgan.Host.Output;

/// <summary>For a standard error that is no terminal, a log file: a line at every tenth of the run, and at least one every half minute.</summary>
internal sealed class PlainProgress : IProgressDisplay
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private long _tenths;

    public void Show(ProgressState state)
    {
        long tenths = state.Step * 10 / state.Steps;
        if (tenths == _tenths && _sinceLine.Elapsed < LongestSilence)
            return;
        _tenths = tenths;
        _sinceLine.Restart();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"step {state.Step}/{state.Steps}  epoch {state.Epoch:0.0}  {ProgressText.Of(state)}"));
    }

    public void Warn(string message) => Messages.Warning(message);

    public void Dispose()
    {
    }
}
