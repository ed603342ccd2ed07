using System.Net;
using System.Text;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>Downloads that broke off and are taken up: what is there is kept where it is the beginning of the same file, and thrown away where it is not.</summary>
public sealed class ResumedDownloadTests : DownloadScene
{
    [Fact]
    public async Task A_broken_connection_is_taken_up_where_it_broke_under_the_same_tag()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Number == 1 ? exchange.SendAndCut(Packed, Cut, "\"v1\"", Progress.Reaching(Cut)) : exchange.SendRange(Packed, "\"v1\""));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null), ("/files/train-images-idx3-ubyte.gz", $"bytes={Cut}-", "\"v1\"")], mirror.Requests);
        Assert.Contains(Progress.Notes, note => note.Contains("broke the connection", StringComparison.Ordinal));
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
        Assert.Contains(Progress.Notes, note => note.Contains($"ended the file after {Cut} of {Packed.Length} bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_goes_on_in_another_process_and_from_another_mirror()
    {
        using (LoopbackMirror broken = new(exchange => exchange.SendAndCut(Packed, Cut, "\"v1\"", Progress.Reaching(Cut))))
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
        Assert.Equal(0, Progress.Bytes[0]);
    }

    [Fact]
    public async Task A_beginning_that_was_wrong_costs_one_more_download()
    {
        File.WriteAllBytes(Part, OtherBytes[..Cut]);
        using LoopbackMirror mirror = new(exchange => exchange.SendRange(Packed));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([$"bytes={Cut}-", null], mirror.Requests.Select(request => request.Range));
        Assert.Contains(Progress.Notes, note => note.Contains("delivered other bytes", StringComparison.Ordinal));
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
    public async Task A_mirror_that_cuts_every_time_is_given_up_and_what_came_is_kept()
    {
        using LoopbackMirror mirror = new(exchange => exchange.SendAndCut(Packed, 1000, "\"v1\"", Progress.Reaching(1000)));
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
        Assert.Equal(packed, File.ReadAllBytes(Folder.Entry("large.gz")));
        Assert.Equal(6, mirror.Requests.Count);
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
}
