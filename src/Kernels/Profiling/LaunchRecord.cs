namespace GpuCgan.Kernels.Profiling;

/// <summary>One launch of a profiled step.</summary>
/// <param name="Kernel">Operator and method, such as "Gemm.Forward".</param>
/// <param name="Shape">Its sizes, such as "64×512×1024".</param>
/// <param name="Flops">Floating-point operations, as <see cref="ILaunchProfiler"/> counts them.</param>
/// <param name="Bytes">Bytes read and written.</param>
/// <param name="Start">Seconds from the start of the step.</param>
/// <param name="Seconds">How long it took.</param>
public readonly record struct LaunchRecord(string Kernel, string Shape, long Flops, long Bytes, double Start, double Seconds);

/// <summary>One profiled step.</summary>
/// <param name="Start">Seconds from the making of its recorder, by the host's clock.</param>
/// <param name="Seconds">From its start to its end, on the device.</param>
/// <param name="Launches">In order.</param>
/// <param name="Starts">How often work was handed to the device: its launches, or on <see cref="Devices.DeviceKind.Cpu"/> the jobs of the worker team.</param>
/// <param name="Unannounced">How many of those no operator announced: 0, unless one forgot to. On a GPU that does not show.</param>
public sealed record StepRecord(double Start, double Seconds, IReadOnlyList<LaunchRecord> Launches, long Starts, long Unannounced);
