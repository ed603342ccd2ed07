using System.Net;
using System.Net.Http.Headers;

namespace GpuCgan.Host.Data.Fetching;

/// <summary>
/// Asks one mirror for one file, or for the rest of it (RFC 9110, sections 13.1.5 and 14): <c>Range</c> from where the bytes end that are here, with <c>If-Range</c> where
/// the server gave them a strong entity tag. Whatever does not continue these bytes starts the file again.
/// </summary>
internal sealed class MirrorRequest(HttpClient client, TimeSpan stall, TimeProvider clock, Uri address, long bytes, Action<long> advance)
{
    private const int BufferBytes = 64 << 10;

    // A server whose answers to Range were of no use is asked for the whole from then on.
    private bool rangesWork = true;

    /// <summary>Appends what the server sends until the file has its length.</summary>
    /// <returns>Whether the file begins with bytes of an earlier answer.</returns>
    /// <exception cref="MirrorException">The server does not have the file, or the connection broke.</exception>
    public async Task<bool> Receive(PartialFile part)
    {
        if (part.Length > bytes || !rangesWork)
            part.Restart(null, null);
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        long from = part.Length;
        if (from > 0)
        {
            request.Headers.Range = new RangeHeaderValue(from, null);
            if (part.TagOf(address) is { } tag)
                request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        }

        using CancellationTokenSource silence = new(stall, clock);
        using HttpResponseMessage response = await Try(() => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token));
        bool isResumed = Check(response, part, from);
        advance(part.Length);
        await using Stream body = await Try(() => response.Content.ReadAsStreamAsync(silence.Token));
        await Append(body, part, silence);
        return isResumed;
    }

    /// <summary>Whether the answer continues what is here; where it is the whole file instead, what is here is dropped.</summary>
    private bool Check(HttpResponseMessage response, PartialFile part, long from)
    {
        string? strongTag = response.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                if (response.Content.Headers.ContentLength is { } length && length != bytes)
                    throw new MirrorException($"has a file of {length} bytes, expected {bytes}", isTransient: false);
                part.Restart(address, strongTag);
                return false;
            case HttpStatusCode.PartialContent when from > 0:
                ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
                bool continues = range is { Unit: "bytes", From: { } first, To: { } last } && first == from && last < bytes && (range.Length ?? bytes) == bytes;
                bool isSame = part.TagOf(address) is not { } known || strongTag is null || strongTag == known;
                if (continues && isSame)
                    return true;
                rangesWork = false;
                throw new MirrorException($"answered with another part than the one from byte {from} on", isTransient: true);
            case HttpStatusCode.RequestedRangeNotSatisfiable when from > 0:
                rangesWork = false;
                throw new MirrorException($"has no byte {from}", isTransient: true);
            default:
                bool mayPass = (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
                throw new MirrorException($"answered {(int)response.StatusCode}", isTransient: mayPass);
        }
    }

    private async Task Append(Stream body, PartialFile part, CancellationTokenSource silence)
    {
        byte[] buffer = new byte[BufferBytes];
        while (true)
        {
            silence.CancelAfter(stall);
            int read = await Try(() => body.ReadAsync(buffer, silence.Token).AsTask());
            if (read == 0)
                break;
            if (part.Length + read > bytes)
            {
                part.Restart(null, null);
                throw new MirrorException($"sends more than the {bytes} bytes of the file", isTransient: false);
            }

            part.Append(buffer.AsSpan(0, read));
            advance(part.Length);
        }

        if (part.Length < bytes)
            throw new MirrorException($"ended the file after {part.Length} of {bytes} bytes", isTransient: true);
    }

    /// <summary>Runs a step of the exchange and says in words how it failed.</summary>
    private async Task<T> Try<T>(Func<Task<T>> step)
    {
        try
        {
            return await step();
        }
        catch (OperationCanceledException)
        {
            throw new MirrorException($"sent nothing for {stall.TotalSeconds:0.#} s", isTransient: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // A reset before the answer's headers were read is an HttpRequestException around the IOException; one before a connection stood is not.
            bool isBroken = e is IOException || e.InnerException is IOException || (e as HttpRequestException)?.HttpRequestError is HttpRequestError.ResponseEnded;
            string why = (e.InnerException ?? e).Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new MirrorException(isBroken ? "broke the connection" : $"cannot be reached ({why})", isTransient: isBroken);
        }
    }
}
