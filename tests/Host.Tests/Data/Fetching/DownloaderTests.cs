using System.Net;
using GpuCgan.Host.Data.Fetching;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>Downloads from servers of every sort: after each, the right bytes stand under the file's name, or nothing does.</summary>
public sealed class DownloaderTests : DownloadScene
{
    [Fact]
    public async Task A_file_is_downloaded_and_its_name_appended_to_the_mirrors_address()
    {
        using LoopbackMirror mirror = new(exchange => exchange.Send(Packed));
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal([("/files/train-images-idx3-ubyte.gz", null, null)], mirror.Requests);
        Assert.Empty(Progress.Notes);
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
        Assert.Contains(Progress.Notes, note => note.EndsWith($"answered {(int)status}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mirror_that_cannot_be_reached_is_passed_over()
    {
        using ClosedPort nowhere = new();
        using LoopbackMirror good = new(exchange => exchange.Send(Packed));
        await Download(nowhere.Address, good.Address);
        AssertComplete();
        Assert.Contains("cannot be reached", Progress.Notes.Single());
    }

    [Fact]
    public async Task What_every_mirror_did_is_said()
    {
        using LoopbackMirror missing = new(exchange => exchange.Send([], HttpStatusCode.NotFound));
        using LoopbackMirror lying = new(exchange => exchange.Send(OtherBytes));
        string message = await Refusal(missing.Address, lying.Address);
        Assert.Contains("localhost answered 404; localhost delivered other bytes (SHA-256 ", message);
        Assert.Empty(Directory.GetFiles(Folder.FullPath));
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
        Assert.Empty(Directory.GetFiles(Folder.FullPath));
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
        Assert.Empty(Directory.GetFiles(Folder.FullPath));
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
            Task arrived = Progress.Reaching(Cut);
            await exchange.Response.OutputStream.WriteAsync(Packed.AsMemory(0, Cut));
            await exchange.Response.OutputStream.FlushAsync();
            // The connection stays open, and nothing more comes.
            await arrived;
            Clock.Advance(Policy.Stall);
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Equal($"bytes={Cut}-", mirror.Requests.Last().Range);
        Assert.Contains(Progress.Notes, note => note.Contains("sent nothing for 30 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using LoopbackMirror silent = new(_ =>
        {
            Clock.Advance(Policy.Stall);
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
                Clock.Advance(0.9 * Policy.Stall);
                int piece = Math.Min((Packed.Length + 9) / 10, Packed.Length - sent);
                Task arrived = Progress.Reaching(sent + piece);
                await exchange.Response.OutputStream.WriteAsync(Packed.AsMemory(sent, piece));
                await exchange.Response.OutputStream.FlushAsync();
                sent += piece;
                await arrived;
                if (sent < Packed.Length)
                    await Clock.Armed(Policy.Stall);
            }

            exchange.Response.Close();
        });
        await Download(mirror.Address);
        AssertComplete();
        Assert.Single(mirror.Requests);
        Assert.Empty(Progress.Notes);
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
}
