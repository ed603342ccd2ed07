using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Network;

/// <summary>The device memory of one owner: what is allocated here is borrowed until the owner disposes it.</summary>
internal sealed class DeviceMemory(ComputeDevice device) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public DeviceArray<T> Array<T>(long length) where T : unmanaged
    {
        var array = device.Allocate<T>(length);
        _owned.Add(array);
        return array;
    }

    public ArrayView<T> View<T>(long length) where T : unmanaged => Array<T>(length).View;

    /// <summary>A zeroed matrix whose rows are aligned.</summary>
    public Matrix Matrix(int rows, int columns)
    {
        var (memory, matrix) = device.AllocateMatrix(rows, columns);
        _owned.Add(memory);
        return matrix;
    }

    /// <summary>A zeroed [rows, 1] matrix whose elements lie together.</summary>
    public Matrix Column(int rows) => new(View<float>(rows), rows, 1);

    /// <summary>Fills <paramref name="target"/> behind whatever is queued on the device's stream, and waits for it.</summary>
    public void Upload<T>(ArrayView<T> target, ReadOnlySpan<T> source) where T : unmanaged => target.CopyFromCPU(device.Stream, source);

    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        _owned.Clear();
    }
}
