using Spectre.Console;

namespace GpuCgan.Host.Output;

/// <summary>A bar a file on a terminal, redrawn by Spectre's own timer.</summary>
internal sealed class TerminalDownload : IDownloadDisplay
{
    private const int BarWidth = 16;

    private readonly ManualResetEventSlim _ended = new();
    private readonly ManualResetEventSlim _started = new();
    private readonly Thread _thread;
    private readonly Dictionary<string, ProgressTask> _tasks = [];
    private ProgressContext _context = null!;

    public TerminalDownload()
    {
        // Spectre shows progress for as long as a callback runs; this thread sleeps in that callback while the caller downloads.
        _thread = new Thread(Draw) { IsBackground = true, Name = "GpuCgan download" };
        _thread.Start();
        _started.Wait();
    }

    public void Begin(string file, long bytes, Uri from)
    {
        if (!_tasks.ContainsKey(file))
            _tasks[file] = _context.AddTask(Markup.Escape(file), maxValue: bytes);
    }

    public void Advance(string file, long bytesHere) => _tasks[file].Value = bytesHere;

    public void Note(string message) => Messages.Warning(message);

    public void Complete(string file) => _tasks[file].StopTask();

    public void Dispose()
    {
        _ended.Set();
        _thread.Join();
        _started.Dispose();
        _ended.Dispose();
    }

    private void Draw() => Messages.Terminal.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new DownloadedColumn(), new TransferSpeedColumn())
        .Start(context =>
        {
            _context = context;
            _started.Set();
            _ended.Wait();
        });
}
