using GpuCgan.Kernels;
using GpuCgan.Kernels.Devices;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Network;

/// <summary>The device memory of one owner: what is allocated here is borrowed until the owner disposes it.</summary>
/// <param name="device">Where it lies.</param>
/// <param name="mostBytes">Before more than these would be allocated, everything is given back and an <see cref="InvalidDataException"/> thrown: a file asked for it.</param>
internal sealed class DeviceMemory(ComputeDevice device, long mostBytes = long.MaxValue) : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private long _bytes;

    /// <summary>Where it lies.</summary>
    public ComputeDevice Device => device;

    public DeviceArray<T> Array<T>(long length) where T : unmanaged
    {
        Charge(length, System.Runtime.CompilerServices.Unsafe.SizeOf<T>());
        var array = device.Allocate<T>(length);
        _owned.Add(array);
        return array;
    }

    /// <summary>Takes over what has device memory of its own, so that it goes with the rest, also where a later allocation is refused.</summary>
    public T Own<T>(T owned) where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public ArrayView<T> View<T>(long length) where T : unmanaged => Array<T>(length).View;

    /// <summary>A zeroed matrix whose rows are aligned.</summary>
    public Matrix Matrix(int rows, int columns)
    {
        Charge((long)rows * columns, sizeof(float));
        var (memory, matrix) = device.AllocateMatrix(rows, columns);
        _owned.Add(memory);
        return matrix;
    }

    /// <summary>A zeroed matrix without gaps between its rows: a column of all its elements, read otherwise.</summary>
    public Matrix Packed(int rows, int columns) => new(View<float>((long)rows * columns), rows, columns);

    /// <summary>A zeroed [rows, 1] matrix whose elements lie together.</summary>
    public Matrix Column(int rows) => Packed(rows, 1);

    private void Charge(long length, int elementBytes)
    {
        Int128 bytes = _bytes + (Int128)length * elementBytes;
        if (bytes > mostBytes || length > int.MaxValue)
        {
            Dispose();
            throw new InvalidDataException(length > int.MaxValue
                ? $"the networks need an array of {length} elements, expected at most {int.MaxValue}; use a smaller recipe, batch or image"
                : $"the networks need more than {mostBytes} bytes of memory");
        }
        _bytes = (long)bytes;
    }

    /// <summary>Fills <paramref name="target"/> behind whatever is queued on the device's stream, and waits for it.</summary>
    public void Upload<T>(ArrayView<T> target, ReadOnlySpan<T> source) where T : unmanaged => target.CopyFromCPU(device.Stream, source);

    public void Dispose()
    {
        foreach (var owned in _owned)
            owned.Dispose();
        _owned.Clear();
    }
}
