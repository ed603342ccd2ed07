using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>One file that is wanted, a folder to put it in, a clock and a progress that tests look at: what the tests of downloads share.</summary>
public abstract class DownloadScene : IDisposable
{
    protected const int Cut = 3000;

    // Time stands still but where a test moves it, so a machine that is slow is never taken for a server that is silent.
    protected static readonly DownloadPolicy Policy = new(TimeSpan.FromSeconds(30), 3, TimeSpan.Zero);

    private static readonly byte[] Content = Incompressible(9000);
    protected static readonly byte[] Packed = IdxBytes.Gzip(Content);
    protected static readonly byte[] OtherBytes = [.. Packed.Select(b => (byte)~b)];
    protected static readonly KnownFile Wanted = KnownSets.FileOf("train-images-idx3-ubyte", Content);

    protected TemporaryFolder Folder { get; } = new();
    private readonly HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private protected RecordedProgress Progress { get; } = new();
    private protected ManualClock Clock { get; } = new();

    public void Dispose()
    {
        client.Dispose();
        Folder.Dispose();
    }

    /// <summary>Bytes that are about as many when packed.</summary>
    protected static byte[] Incompressible(int count)
    {
        byte[] content = new byte[count];
        new Random(count).NextBytes(content);
        return content;
    }

    protected string Target => Folder.Entry(Wanted.PackedName);

    protected string Part => Target + PartialFile.Suffix;

    protected string Tag => Target + PartialFile.TagSuffix;

    protected Task Download(params Uri[] mirrors) => Download(Wanted, mirrors);

    // A limit that no machine needs ends a test whose download hangs.
    protected Task Download(KnownFile file, Uri[] mirrors) =>
        new Downloader(client, Policy, Progress, Clock).Download(file, Folder.FullPath, mirrors).WaitAsync(TimeSpan.FromMinutes(2));

    protected async Task<string> Refusal(params Uri[] mirrors)
    {
        string message = (await Assert.ThrowsAsync<IOException>(() => Download(mirrors))).Message;
        Assert.StartsWith($"{Target}: no mirror delivered the file: ", message);
        Assert.Contains("--mirror", message);
        Assert.DoesNotContain('\n', message);
        Assert.False(File.Exists(Target));
        return message;
    }

    protected void AssertComplete()
    {
        Assert.Equal(Packed, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(Folder.FullPath));
        Assert.Equal(Packed.Length, Progress.Bytes[^1]);
        Assert.True(Progress.IsComplete);
    }
}
