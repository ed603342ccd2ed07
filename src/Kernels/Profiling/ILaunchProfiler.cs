namespace GpuCgan.Kernels.Profiling;

/// <summary>
/// Hears of every launch on a device (<see cref="Devices.ComputeDevice.Profiler"/>). An operator announces itself, for it alone knows its work:
/// <code>
/// using var launch = _device.Profiler?.Begin("Gemm.Forward", $"{m}×{n}×{k}", flops, bytes);
/// </code>
/// Behind the checks and before the launch. Without a profiler that is a comparison with null: nothing behind the question mark is evaluated.
/// </summary>
/// <remarks>
/// Work is counted by the formula and not by the kernel, so that kernels can be compared. Flops are additions, multiplications, divisions, comparisons, roots
/// and elementary functions of floats, one each, a fused multiply-add two; integers count nothing. Bytes are what must be read and written if each
/// element of each operand is touched once.
/// </remarks>
public interface ILaunchProfiler
{
    /// <summary>A launch begins; it ends where the result is disposed. One launch is announced at a time.</summary>
    /// <param name="kernel">Operator and method, such as "Gemm.Forward".</param>
    /// <param name="shape">Its sizes, such as "64×512×1024".</param>
    /// <param name="flops">Floating-point operations.</param>
    /// <param name="bytes">Bytes read and written.</param>
    IDisposable Begin(string kernel, string shape, long flops, long bytes);
}
