using Spectre.Console;

namespace GpuCgan.Host.Output;

/// <summary>On a terminal a bar, gone when the stage is done; in a log file a line when it begins.</summary>
internal sealed class StageDisplay : IStageDisplay
{
    private const int BarWidth = 20;

    public void Run(string what, Action<Action<double>> work)
    {
        if (!Messages.IsTerminal)
        {
            Messages.Line(what);
            work(_ => { });
            return;
        }
        Messages.Terminal.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what));
                work(done => task.Value = 100 * done);
            });
    }

    public void Warn(string message) => Messages.Warning(message);
}
