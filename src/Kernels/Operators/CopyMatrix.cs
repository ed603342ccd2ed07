using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>y = x over [M, N], between any two strides; overwrites y. Its own backward: dx = dy.</summary>
public sealed class CopyMatrix(ComputeDevice device)
{
    internal readonly struct Formula : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => x;
    }

    private readonly ComputeDevice _device = device;
    private readonly Elementwise<Formula> _copy = new(device);

    /// <summary>y = x, bit by bit. Overwrites y, which must not overlap x.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void Launch(Matrix x, Matrix y)
    {
        using var launch = _device.Profiler?.Begin("CopyMatrix", $"{x}", 0, 2 * sizeof(float) * x.Elements);
        _copy.Launch(x, x, y, default);
    }
}
