namespace GpuCgan.Host.Output;

/// <summary>Shows nothing.</summary>
internal sealed class QuietStages : IStageDisplay
{
    public void Run(string what, Action<Action<double>> work) => work(_ => { });

    public void Warn(string message)
    {
    }
}
