using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>What a download said of its progress, to be looked at and waited for.</summary>
internal sealed class RecordedProgress : IDownloadProgress
{
    private readonly Lock gate = new();
    private readonly List<(long Bytes, TaskCompletionSource Reached)> awaited = [];

    public List<long> Bytes { get; } = [];

    public List<string> Notes { get; } = [];

    public bool IsComplete { get; private set; }

    public void Begin(string file, long bytes, Uri from)
    {
    }

    public void Advance(string file, long bytesHere)
    {
        Bytes.Add(bytesHere);
        lock (gate)
        {
            foreach (var (bytes, reached) in awaited.FindAll(a => a.Bytes <= bytesHere))
                reached.TrySetResult();
            awaited.RemoveAll(a => a.Bytes <= bytesHere);
        }
    }

    /// <summary>Ends when, from now on, so many bytes are said to be here.</summary>
    public Task Reaching(long bytes)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
            awaited.Add((bytes, reached));
        return reached.Task;
    }

    public void Note(string message) => Notes.Add(message);

    public void Complete(string file) => IsComplete = true;
}
