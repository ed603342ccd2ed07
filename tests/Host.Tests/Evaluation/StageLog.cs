using GpuCgan.Host.Output;

namespace GpuCgan.Host.Tests.Evaluation;

/// <summary>Keeps what was shown.</summary>
internal sealed class StageLog : IStageDisplay
{
    public List<string> Stages { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Run(string what, Action<Action<double>> work)
    {
        double last = 0;
        work(done =>
        {
            Assert.InRange(done, last, 1);
            last = done;
        });
        Stages.Add(what);
    }

    public void Warn(string message) => Warnings.Add(message);
}
