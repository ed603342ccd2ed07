using Spectre.Console;
using Spectre.Console.Rendering;

namespace GpuCgan.Host.Output;

/// <summary>A progress bar on a terminal, redrawn by Spectre's own timer: the training loop only leaves a value behind.</summary>
internal sealed class TerminalProgress : IProgressDisplay
{
    private const int BarWidth = 12;

    private readonly ManualResetEventSlim _ended = new();
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _started = new();
    private ProgressTask? _task;
    private volatile string _text = "";

    public TerminalProgress()
    {
        // Spectre shows progress for as long as a callback runs; this thread sleeps in that callback while the caller trains.
        _thread = new Thread(Draw) { IsBackground = true, Name = "GpuCgan progress" };
        _thread.Start();
        _started.Wait();
    }

    public void Show(ProgressState state)
    {
        _text = ProgressText.Of(state);
        if (_task is { } task)
            task.Value = 100.0 * state.Step / state.Steps;
    }

    private void Draw() => Messages.Terminal.Progress()
        .Columns(new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new TextColumn(this))
        .Start(context =>
        {
            _task = context.AddTask("training");
            _started.Set();
            _ended.Wait();
        });

    public void Warn(string message) => Messages.Warning(message);

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _started.Dispose();
        _ended.Dispose();
    }

    private sealed class TextColumn(TerminalProgress display) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(display._text).Overflow(Overflow.Ellipsis);
    }
}
