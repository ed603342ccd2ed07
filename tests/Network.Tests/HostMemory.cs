using System.Runtime.InteropServices;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Network.Tests;

/// <summary>All memory that a <c>cpu</c> device allocates from here on, which lies in the host's own: to look at, to keep and to put back.</summary>
internal sealed class HostMemory
{
    private readonly List<(nint Address, byte[] Kept)> _arrays = [];

    public HostMemory(ComputeDevice device)
    {
        Assert.Equal(DeviceKind.Cpu, device.Kind);
        device.Allocated = (address, bytes) => _arrays.Add((address, new byte[bytes]));
    }

    /// <summary>Keeps it as it is.</summary>
    public void Keep()
    {
        foreach (var (address, kept) in _arrays)
            Marshal.Copy(address, kept, 0, kept.Length);
    }

    /// <summary>Makes it what it was at the last <see cref="Keep"/>.</summary>
    public void PutBack()
    {
        foreach (var (address, kept) in _arrays)
            Marshal.Copy(kept, 0, address, kept.Length);
    }

    /// <summary>A copy, array by array.</summary>
    public byte[][] Read()
    {
        Keep();
        return [.. _arrays.Select(array => (byte[])array.Kept.Clone())];
    }
}
