using System.Net;
using System.Text;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>Downloads from servers of every sort: after each, the right bytes stand under the file's name, or nothing does.</summary>
public sealed class DownloaderTests : IDisposable
{
    private const int Cut = 3000;

    // Time stands still but where a test moves it, so a machine that is slow is never taken for a server that is silent.
    private static readonly DownloadPolicy Policy = new(TimeSpan.FromSeconds(30), 3, TimeSpan.Zero);

    private static readonly byte[] Content = Incompressible(9000);
    private static readonly byte[] Packed = IdxBytes.Gzip(Content);
    private static readonly byte[] OtherBytes = [.. Packed.Select(b => (byte)~b)];
    private static readonly KnownFile Wanted = KnownSets.FileOf("train-images-idx3-ubyte", Content);

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly RecordedProgress progress = new();
    private readonly ManualClock clock = new();

    public void Dispose()
    {
        client.Dispose();
        folder.Dispose();
    }

    /// <summary>Bytes that are about as many when packed.</summary>
    private static byte[] Incompressible(int count)
    {
        byte[] content = new byte[count];
        new Random(count).NextBytes(content);
        return content;
    }

    private string Target => folder.Entry(Wanted.PackedName);

    private string Part => Target + PartialFile.Suffix;

    private string Tag => Target + PartialFile.TagSuffix;

    private Task Download(params Uri[] mirrors) => Download(Wanted, mirrors);

    // A limit that no machine needs ends a test whose download hangs.
    private Task Download(KnownFile file, Uri[] mirrors) =>
        new Downloader(client, Policy, progress, clock).Download(file, folder.FullPath, mirrors).WaitAsync(TimeSpan.FromMinutes(2));

    private async Task<string> Refusal(params Uri[] mirrors)
    {
        string message = (await Assert.ThrowsAsync<IOException>(() => Download(mirrors))).Message;
        Assert.StartsWith($"{Target}: no mirror delivered the file: ", message);
        Assert.Contains("--mirror", message);
        Assert.DoesNotContain('\n', message);
        Assert.False(File.Exists(Target));
        return message;
    }

    private void AssertComplete()
    {
        Assert.Equal(Packed, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(folder.FullPath));
        Assert.Equal(Packed.Length, progress.Bytes[^1]);
        Assert.True(progress.IsComplete);
    }

    [Fact]
    public async Task A_file_is_downloaded_and_its_name_appended_to_the_mirrors_address()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null)], mirror.Requests);
        Assert.Empty(progress.Notes);
    }

    [Fact]
    public async Task A_file_without_an_announced_length_is_downloaded()
    {
        using LoopbackMirror mirror = new(async exchange =>
        {
            exchange.Response.SendChunked = true;
            await exchange.Response.OutputStream.WriteAsync(Packed);
            exchange.Response.Close();
        });
        await Download(mirror.Address);
        AssertComplete();
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, 1)]
    [InlineData(HttpStatusCode.Forbidden, 1)]
    [InlineData(HttpStatusCode.NotModified, 1)]
    [InlineData(HttpStatusCode.InternalServerError, 3)]
    [InlineData(HttpStatusCode.TooManyRequests, 3)]
    public async Task A_mirror_that_refuses_is_passed_over_for_the_next(HttpStatusCode status, int asked)
    {
        using LoopbackMirror bad = new(exchange => exchange.Send([], status));
        using LoopbackMirror good = new(exchange => exchange.Send(Packed));
        await Download(bad.Address, good.Address);
        AssertComplete();
        Assert.Equal(asked, bad.Requests.Count);
        Assert.Contains(progress.Notes, note => note.EndsWith($"answered {(int)status}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_that_cannot_be_reached_is_passed_over()
    {
        using ClosedPort nowhere = new();
        using LoopbackMirror good = new(exchange => exchange.Send(Packed));
        await Download(nowhere.Address, good.Address);
        AssertComplete();
        Assert.Contains("cannot be reached", progress.Notes.Single());
    }

    [Fact]
    public async Task What_every_mirror_did_is_said()
    {
        using LoopbackMirror missing = new(exchange => exchange.Send([], HttpStatusCode.NotFound));
        using LoopbackMirror lying = new(exchange => exchange.Send(OtherBytes));
        string message = await Refusal(missing.Address, lying.Address);
        Assert.Contains("localhost answered 404; localhost delivered other bytes (SHA-256 ", message);
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public async Task Other_bytes_of_the_right_length_are_thrown_away_and_the_next_mirror_starts_afresh()
    {
        using LoopbackMirror lying = new(exchange => exchange.SendRange(OtherBytes, "\"x\""));
        using LoopbackMirror good = new(exchange => exchange.SendRange(Packed));
        await Download(lying.Address, good.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null)], good.Requests);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_length_that_is_not_the_files_ends_it_before_a_byte_is_read(int more)
    {
        using LoopbackMirror lying = new(exchange => exchange.Send(more > 0 ? [.. Packed, 0] : Packed[..^1]));
        Assert.Contains($"has a file of {Packed.Length + more} bytes, expected {Packed.Length}", await Refusal(lying.Address));
        Assert.Single(lying.Requests);
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public async Task A_body_without_end_is_stopped()
    {
        using LoopbackMirror lying = new(async exchange =>
        {
            exchange.Response.SendChunked = true;
            while (true)
                await exchange.Response.OutputStream.WriteAsync(OtherBytes);
        });
        Assert.Contains($"sends more than the {Packed.Length} bytes", await Refusal(lying.Address));
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public async Task A_broken_connection_is_taken_up_where_it_broke_under_the_same_tag()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Number == 1 ? exchange.SendAndCut(Packed, Cut, "\"v1\"", progress.Reaching(Cut)) : exchange.SendRange(Packed, "\"v1\""));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null), ("/files/train-images-idx3-ubyte.gz", $"bytes={Cut}-", "\"v1\"")], mirror.Requests);
        Assert.Contains(progress.Notes, note => note.Contains("broke the connection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_chunked_answer_that_ends_early_is_taken_up()
    {
        using LoopbackMirror mirror = new(async exchange =>
        {
            if (exchange.Number > 1)
            {
                await exchange.SendRange(Packed);
                return;
            }

            exchange.Response.SendChunked = true;
            await exchange.Response.OutputStream.WriteAsync(Packed.AsMemory(0, Cut));
            exchange.Response.Close();
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal($"bytes={Cut}-", mirror.Requests.Last().Range);
        Assert.Contains(progress.Notes, note => note.Contains($"ended the file after {Cut} of {Packed.Length} bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_goes_silent_is_given_up_and_taken_up()
    {
        using LoopbackMirror mirror = new(async exchange =>
        {
            if (exchange.Number > 1)
            {
                await exchange.SendRange(Packed, "\"v1\"");
                return;
            }

            exchange.Response.Headers["ETag"] = "\"v1\"";
            exchange.Response.ContentLength64 = Packed.Length;
            Task arrived = progress.Reaching(Cut);
            await exchange.Response.OutputStream.WriteAsync(Packed.AsMemory(0, Cut));
            await exchange.Response.OutputStream.FlushAsync();
            // The connection stays open, and nothing more comes.
            await arrived;
            clock.Advance(Policy.Stall);
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal($"bytes={Cut}-", mirror.Requests.Last().Range);
        Assert.Contains(progress.Notes, note => note.Contains("sent nothing for 30 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using LoopbackMirror silent = new(_ =>
        {
            clock.Advance(Policy.Stall);
            return Task.CompletedTask;
        });
        using LoopbackMirror good = new(exchange => exchange.Send(Packed));
        await Download(silent.Address, good.Address);
        AssertComplete();
        Assert.Equal(3, silent.Requests.Count);
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_as_long_as_something_comes()
    {
        // Ten pieces, each after nine tenths of what would be silence.
        using LoopbackMirror mirror = new(async exchange =>
        {
            exchange.Response.ContentLength64 = Packed.Length;
            for (int sent = 0; sent < Packed.Length;)
            {
                clock.Advance(0.9 * Policy.Stall);
                int piece = Math.Min((Packed.Length + 9) / 10, Packed.Length - sent);
                Task arrived = progress.Reaching(sent + piece);
                await exchange.Response.OutputStream.WriteAsync(Packed.AsMemory(sent, piece));
                await exchange.Response.OutputStream.FlushAsync();
                sent += piece;
                await arrived;
                if (sent < Packed.Length)
                    await clock.Armed(Policy.Stall);
            }

            exchange.Response.Close();
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Single(mirror.Requests);
        Assert.Empty(progress.Notes);
    }

    [Fact]
    public async Task A_download_goes_on_in_another_process_and_from_another_mirror()
    {
        using (LoopbackMirror broken = new(exchange => exchange.SendAndCut(Packed, Cut, "\"v1\"", progress.Reaching(Cut))))
            await Refusal(broken.Address);
        Assert.Equal(Packed[..Cut], File.ReadAllBytes(Part));

        // The tag was the other server's and says nothing here.
        using LoopbackMirror good = new(exchange => exchange.SendRange(Packed, "\"w7\""));
        await Download(good.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", $"bytes={Cut}-", null)], good.Requests);
    }

    [Fact]
    public async Task A_weak_tag_is_no_condition()
    {
        File.WriteAllBytes(Part, Packed[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.Number == 1 ? exchange.SendAndCut(OtherBytes, 0, "W/\"v1\"", Task.CompletedTask) : exchange.SendRange(Packed, "W/\"v1\""));
        File.WriteAllText(Tag, $"{mirror.Address}{Wanted.PackedName}\nW/\"v1\"\n");
        await Download(mirror.Address);
        AssertComplete();
        Assert.All(mirror.Requests, request => Assert.Null(request.IfRange));
    }

    [Fact]
    public async Task A_file_that_changed_on_the_server_starts_again()
    {
        File.WriteAllBytes(Part, OtherBytes[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.SendRange(Packed, "\"v2\""));
        File.WriteAllText(Tag, $"{mirror.Address}{Wanted.PackedName}\n\"v1\"\n");
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", $"bytes={Cut}-", "\"v1\"")], mirror.Requests);
    }

    [Fact]
    public async Task A_server_that_passes_the_condition_over_is_not_believed()
    {
        File.WriteAllBytes(Part, OtherBytes[..Cut]);
        using LoopbackMirror mirror = new(async exchange =>
        {
            exchange.Response.Headers["ETag"] = "\"v2\"";
            if (exchange.From == 0)
            {
                await exchange.Send(Packed);
                return;
            }

            exchange.Response.Headers["Content-Range"] = $"bytes {exchange.From}-{Packed.Length - 1}/{Packed.Length}";
            await exchange.Send(Packed[exchange.From..], HttpStatusCode.PartialContent);
        });
        File.WriteAllText(Tag, $"{mirror.Address}{Wanted.PackedName}\n\"v1\"\n");
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([$"bytes={Cut}-", null], mirror.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task A_server_that_knows_no_ranges_sends_the_whole_again()
    {
        File.WriteAllBytes(Part, OtherBytes[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal(0, progress.Bytes[0]);
    }

    [Fact]
    public async Task A_beginning_that_was_wrong_costs_one_more_download()
    {
        File.WriteAllBytes(Part, OtherBytes[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.SendRange(Packed));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([$"bytes={Cut}-", null], mirror.Requests.Select(request => request.Range));
        Assert.Contains(progress.Notes, note => note.Contains("delivered other bytes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bytes 0-99/{0}")]
    [InlineData("bytes {1}-{2}/99999")]
    [InlineData("items {1}-{2}/{0}")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_part_than_the_one_asked_for_is_not_appended(string? contentRange)
    {
        File.WriteAllBytes(Part, Packed[..Cut]);
        using LoopbackMirror mirror = new(async exchange =>
        {
            if (exchange.From == 0)
            {
                await exchange.Send(Packed);
                return;
            }

            if (contentRange is not null)
                exchange.Response.Headers["Content-Range"] = string.Format(contentRange, Packed.Length, exchange.From, Packed.Length - 1);
            await exchange.Send(Packed[exchange.From..], HttpStatusCode.PartialContent);
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([$"bytes={Cut}-", null], mirror.Requests.Select(request => request.Range));
    }

    [Fact]
    public async Task A_part_of_the_rest_is_appended_and_what_follows_asked_for()
    {
        File.WriteAllBytes(Part, Packed[..Cut]);
        using LoopbackMirror mirror = new(async exchange =>
        {
            int to = Math.Min(exchange.From + 2500, Packed.Length);
            exchange.Response.Headers["Content-Range"] = $"bytes {exchange.From}-{to - 1}/{Packed.Length}";
            await exchange.Send(Packed[exchange.From..to], HttpStatusCode.PartialContent);
        });
        // Each answer is worth less than DownloadPolicy.GoodProgress, so three are all there will be.
        Assert.True(Cut + 3 * 2500 >= Packed.Length, $"{Packed.Length} bytes");
        await Download(mirror.Address);
        AssertComplete();
    }

    [Fact]
    public async Task A_range_that_the_server_cannot_satisfy_starts_again()
    {
        File.WriteAllBytes(Part, Packed[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.From > 0 ? exchange.Send([], HttpStatusCode.RequestedRangeNotSatisfiable) : exchange.Send(Packed));
        await Download(mirror.Address);
        AssertComplete();
    }

    [Fact]
    public async Task A_part_that_was_not_asked_for_is_no_file()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed, HttpStatusCode.PartialContent));
        Assert.Contains("answered 206", await Refusal(mirror.Address));
    }

    [Fact]
    public async Task A_part_that_is_complete_or_too_long_is_looked_at_first()
    {
        File.WriteAllBytes(Part, Packed);
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed));
        await Download(mirror.Address);
        Assert.Equal(Packed, File.ReadAllBytes(Target));
        Assert.Empty(mirror.Requests);

        File.Delete(Target);
        File.WriteAllBytes(Part, [.. Packed, 1]);
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null)], mirror.Requests);
    }

    [Fact]
    public async Task Redirects_are_followed_and_do_not_go_round_for_ever()
    {
        using LoopbackMirror good = new(exchange => exchange.SendRange(Packed));
        using LoopbackMirror redirecting = new(exchange =>
        {
            exchange.Response.Redirect(new Uri(good.Address, exchange.FileName).AbsoluteUri);
            exchange.Response.Close();
            return Task.CompletedTask;
        });
        await Download(redirecting.Address);
        AssertComplete();

        File.Delete(Target);
        using LoopbackMirror endless = new(exchange =>
        {
            exchange.Response.Redirect(exchange.Context.Request.Url!.AbsoluteUri);
            exchange.Response.Close();
            return Task.CompletedTask;
        });
        Assert.Contains("answered 302", await Refusal(endless.Address));
    }

    [Fact]
    public async Task A_mirror_that_cuts_every_time_is_given_up_and_what_came_is_kept()
    {
        using LoopbackMirror mirror = new(exchange => exchange.SendAndCut(Packed, 1000, "\"v1\"", progress.Reaching(1000)));
        await Refusal(mirror.Address);
        Assert.Equal(3, mirror.Requests.Count);
    }

    [Fact]
    public async Task A_mirror_that_brings_much_each_time_is_asked_on()
    {
        // Six answers, each cut after 300 KB.
        byte[] content = Incompressible(1_700_000);
        KnownFile large = KnownSets.FileOf("large", content);
        byte[] packed = IdxBytes.Gzip(content);
        using LoopbackMirror mirror = new(async exchange =>
        {
            int from = exchange.From, to = Math.Min(packed.Length, from + 300_000);
            if (from > 0)
            {
                exchange.Response.StatusCode = (int)HttpStatusCode.PartialContent;
                exchange.Response.Headers["Content-Range"] = $"bytes {from}-{to - 1}/{packed.Length}";
            }

            exchange.Response.SendChunked = true;
            await exchange.Response.OutputStream.WriteAsync(packed.AsMemory(from, to - from));
            exchange.Response.Close();
        });
        await Download(large, [mirror.Address]);
        Assert.Equal(packed, File.ReadAllBytes(folder.Entry("large.gz")));
        Assert.Equal(6, mirror.Requests.Count);
    }

    [Fact]
    public async Task Two_downloads_of_one_file_do_not_mix()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed));
        using (PartialFile other = PartialFile.Open(Target))
        {
            other.Append([1]);
            IOException refused = await Assert.ThrowsAsync<IOException>(() => Download(mirror.Address));
            Assert.Contains(Part + ": the file is in use", refused.Message);
        }

        await Download(mirror.Address);
        AssertComplete();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("http://a/\nno quotes\n")]
    [InlineData("http://a/\n\"x\"\nmore\n")]
    public void A_tag_that_is_damaged_is_none(string text)
    {
        File.WriteAllText(Tag, text, Encoding.UTF8);
        using PartialFile part = PartialFile.Open(Target);
        Assert.Null(part.TagOf(new Uri("http://a/")));
    }

    private sealed class RecordedProgress : IDownloadProgress
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
}
