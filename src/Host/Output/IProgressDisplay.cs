using GpuCgan.Network;

namespace GpuCgan.Host.Output;

/// <summary>Where a run stands.</summary>
internal readonly record struct ProgressState(long Step, long Steps, double Epoch, double StepsPerSecond, StepMetrics Metrics)
{
    public TimeSpan Left => TimeSpan.FromSeconds(StepsPerSecond > 0 ? (Steps - Step) / StepsPerSecond : 0);
}

/// <summary>Shows how a run goes on.</summary>
internal interface IProgressDisplay : IDisposable
{
    void Show(ProgressState state);

    /// <summary>Says something that the user should know while the run goes on.</summary>
    void Warn(string message);
}
