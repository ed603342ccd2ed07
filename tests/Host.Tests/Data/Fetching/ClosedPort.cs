using System.Net;
using System.Net.Sockets;

namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>An address at which nothing listens, and at which nobody else can begin to while this is held: the port is bound.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort()
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new Uri($"http://{socket.LocalEndPoint}/files/");
    }

    public Uri Address { get; }

    public void Dispose() => socket.Dispose();
}
