using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>A real HTTP server on the loopback interface whose answers a test decides.</summary>
internal sealed class LoopbackMirror : IDisposable
{
    private readonly HttpListener listener;
    private readonly Task serving;
    private readonly Func<Exchange, Task> answer;

    public LoopbackMirror(Func<Exchange, Task> answer)
    {
        this.answer = answer;
        (listener, Address) = Listen();
        serving = Task.Run(Serve);
    }

    /// <summary>The address of the folder that is served.</summary>
    public Uri Address { get; }

    /// <summary>What was asked for, oldest first: the path, and the Range and If-Range headers.</summary>
    public ConcurrentQueue<(string Path, string? Range, string? IfRange)> Requests { get; } = new();

    public void Dispose()
    {
        listener.Close();
        serving.Wait();
    }

    private static (HttpListener Listener, Uri Address) Listen()
    {
        while (true)
        {
            int port;
            using (TcpListener free = new(IPAddress.Loopback, 0))
            {
                free.Start();
                port = ((IPEndPoint)free.LocalEndpoint).Port;
            }

            HttpListener listener = new();
            string prefix = $"http://localhost:{port}/files/";
            listener.Prefixes.Add(prefix);
            try
            {
                listener.Start();
                return (listener, new Uri(prefix));
            }
            catch (HttpListenerException)
            {
                // Another process took the port in between.
                listener.Close();
            }
        }
    }

    private async Task Serve()
    {
        List<Task> exchanges = [];
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                await Task.WhenAll(exchanges);
                return;
            }

            Requests.Enqueue((context.Request.Url!.AbsolutePath, context.Request.Headers["Range"], context.Request.Headers["If-Range"]));
            exchanges.Add(Answer(context));
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        try
        {
            await answer(new Exchange(context, Requests.Count));
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client hung up first, or less was sent than announced, as some of the tests want.
            context.Response.Abort();
        }
    }

    /// <summary>One request and its answer.</summary>
    /// <param name="Context">The listener's own.</param>
    /// <param name="Number">Which request of the server it is, from 1.</param>
    internal sealed record Exchange(HttpListenerContext Context, int Number)
    {
        public HttpListenerResponse Response => Context.Response;

        public string FileName => Path.GetFileName(Context.Request.Url!.AbsolutePath);

        /// <summary>The first byte that is asked for; 0 without a Range header.</summary>
        public int From => Context.Request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1]) : 0;

        /// <summary>The whole file, or a status alone.</summary>
        public async Task Send(byte[] content, HttpStatusCode status = HttpStatusCode.OK)
        {
            Response.StatusCode = (int)status;
            Response.ContentLength64 = content.Length;
            await Response.OutputStream.WriteAsync(content);
            Response.Close();
        }

        /// <summary>Answers a Range as a server should that knows the file by <paramref name="tag"/>.</summary>
        public async Task SendRange(byte[] file, string? tag = null)
        {
            if (tag is not null)
                Response.Headers["ETag"] = tag;
            if (From == 0 || (Context.Request.Headers["If-Range"] is { } condition && condition != tag))
            {
                await Send(file);
                return;
            }

            Response.Headers["Content-Range"] = $"bytes {From}-{file.Length - 1}/{file.Length}";
            await Send(file[From..], HttpStatusCode.PartialContent);
        }

        /// <summary>Announces the whole file, sends its beginning and cuts the connection.</summary>
        /// <param name="file">The whole.</param>
        /// <param name="sent">Bytes of the beginning.</param>
        /// <param name="tag">The entity tag.</param>
        /// <param name="arrived">Ends when the client has the beginning: a connection that is reset may take with it what was sent and not read yet.</param>
        public async Task SendAndCut(byte[] file, int sent, string tag, Task arrived)
        {
            Response.Headers["ETag"] = tag;
            Response.ContentLength64 = file.Length;
            await Response.OutputStream.WriteAsync(file.AsMemory(0, sent));
            await Response.OutputStream.FlushAsync();
            await arrived;
            Response.Abort();
        }
    }
}
