using System.Diagnostics;

namespace GpuCgan.Host.Output;

/// <summary>For a standard error that is no terminal: a line when a file begins and ends, and one every ten seconds between.</summary>
internal sealed class PlainDownload : IDownloadDisplay
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private long _bytes;

    public void Begin(string file, long bytes, Uri from)
    {
        _bytes = bytes;
        _sinceLine.Restart();
        Console.Error.WriteLine($"{file}  {ByteText.Of(bytes)} from {from.Host}");
    }

    public void Advance(string file, long bytesHere)
    {
        if (_sinceLine.Elapsed < LongestSilence)
            return;
        _sinceLine.Restart();
        Console.Error.WriteLine($"{file}  {ByteText.Of(bytesHere)} of {ByteText.Of(_bytes)}");
    }

    public void Note(string message) => Messages.Warning(message);

    public void Complete(string file) => Console.Error.WriteLine($"{file}  right");

    public void Dispose()
    {
    }
}
