using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

/// <summary>Owned device memory of a fixed length. Views of it are borrowed and end with it.</summary>
public sealed class DeviceArray<T> : IDisposable where T : unmanaged
{
    /// <summary>What ILGPU assumes of a view, and more than a cache line or a vector.</summary>
    private const int Alignment = 256;

    private readonly ComputeDevice _device;
    private readonly MemoryBuffer1D<T, Stride1D.Dense> _buffer;

    /// <exception cref="DeviceFailedException">There is not so much memory left.</exception>
    internal DeviceArray(ComputeDevice device, long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _device = device;
        int element = Interop.SizeOf<T>();
        try
        {
            device.Interceptor?.Invoke(DeviceOperation.Allocate);
            _buffer = device.Accelerator.Allocate1D<T>(length + Alignment / element);
            ((ArrayView<T>)_buffer.View).MemSetToZero(device.Stream);
        }
        catch (Exception e) when (DeviceFailures.IsFailure(e))
        {
            throw DeviceFailures.AtAllocation(device, length * element, e);
        }
        device.CountHeldBytes(_buffer.LengthInBytes);
        ArrayView<T> whole = _buffer.View;
        // GPU drivers align their buffers already; host memory is aligned to 16 bytes only.
        int skip = device.Accelerator.AcceleratorType == AcceleratorType.CPU
            ? (int)((Alignment - whole.LoadEffectiveAddressAsPtr() % Alignment) % Alignment) / element
            : 0;
        View = whole.SubView(skip, length);
        device.Allocated?.Invoke(View.LoadEffectiveAddressAsPtr(), length * element);
    }

    /// <summary>All elements; the first is aligned to 256 bytes.</summary>
    public ArrayView<T> View { get; }

    /// <summary>Elements.</summary>
    public long Length => View.Length;

    /// <summary>Copies <paramref name="source"/> to the device and waits for it.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Upload(ReadOnlySpan<T> source)
    {
        if (source.Length != Length)
            throw new ArgumentException($"{source.Length} elements do not fill a device array of {Length}.", nameof(source));
        _device.CountHostCall();
        _device.Interceptor?.Invoke(DeviceOperation.Upload);
        View.CopyFromCPU(_device.Stream, source);
    }

    /// <summary>Waits for the device and copies all elements to <paramref name="target"/>.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Download(Span<T> target)
    {
        if (target.Length != Length)
            throw new ArgumentException($"{Length} elements of a device array do not fill {target.Length}.", nameof(target));
        _device.CountHostCall();
        _device.Interceptor?.Invoke(DeviceOperation.Download);
        View.CopyToCPU(_device.Stream, target);
    }

    /// <summary>Waits for the device and copies all elements to a new array.</summary>
    public T[] Download()
    {
        var result = new T[Length];
        Download(result);
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_buffer.IsDisposed)
            _device.CountHeldBytes(-_buffer.LengthInBytes);
        try
        {
            _buffer.Dispose();
        }
        catch (AcceleratorException) when (_device.HasFailed)
        {
            // The failure has been thrown already, and what a lost device held went with it.
        }
    }
}
