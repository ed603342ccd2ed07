using GpuCgan.Kernels.Profiling;

namespace GpuCgan.Host.Profiling;

/// <summary>What launches a line of a profile holds together.</summary>
internal enum Grouping
{
    /// <summary>Operator, method and shape: Gemm.Forward 64×512×1024.</summary>
    Shape,

    /// <summary>Operator and method: Gemm.Forward.</summary>
    Kernel,

    /// <summary>The operator: Gemm.</summary>
    Operator,
}

/// <summary>Launches of one kind, over all profiled steps.</summary>
/// <param name="Kernel">Operator and method, or the operator alone.</param>
/// <param name="Shape">Their shape; null where there are several.</param>
/// <param name="Launches">A step.</param>
/// <param name="Seconds">A step: the median over the steps of the launches' sum.</param>
/// <param name="MedianSeconds">Of a launch.</param>
/// <param name="Share">Of the profiled step's time.</param>
/// <param name="Flops">A step.</param>
/// <param name="Bytes">A step.</param>
/// <param name="FlopsPerSecond">Flops / Seconds.</param>
/// <param name="BytesPerSecond">Bytes / Seconds.</param>
/// <param name="ShareOfFlops">Of the device's ceiling.</param>
/// <param name="ShareOfBytes">Of the device's ceiling; above 1 where a cache held the data.</param>
internal sealed record KernelGroup(
    string Kernel, string? Shape, double Launches, double Seconds, double MedianSeconds, double Share, double Flops, double Bytes,
    double FlopsPerSecond, double BytesPerSecond, double ShareOfFlops, double ShareOfBytes)
{
    /// <summary>The groups of all launches, the longest first.</summary>
    public static IReadOnlyList<KernelGroup> Of(IReadOnlyList<StepRecord> steps, Grouping grouping, DeviceCeilings ceilings)
    {
        double stepSeconds = Spread.Of(steps.Select(step => step.Seconds)).Median;
        var launches = steps.SelectMany((step, index) => step.Launches.Select(launch => (Step: index, Launch: launch)));
        return
        [
            .. launches.GroupBy(l => NameOf(l.Launch, grouping))
                .Select(group => Make(group.Key.Kernel, group.Key.Shape, [.. group], steps.Count, stepSeconds, ceilings))
                .OrderByDescending(group => group.Seconds),
        ];
    }

    private static (string Kernel, string? Shape) NameOf(LaunchRecord launch, Grouping grouping) => grouping switch
    {
        Grouping.Shape => (launch.Kernel, launch.Shape),
        Grouping.Kernel => (launch.Kernel, null),
        _ => (launch.Kernel.Split('.')[0], null),
    };

    private static KernelGroup Make(
        string kernel, string? shape, (int Step, LaunchRecord Launch)[] launches, int steps, double stepSeconds, DeviceCeilings ceilings)
    {
        double seconds = Spread.Of(launches.GroupBy(l => l.Step).Select(step => step.Sum(l => l.Launch.Seconds))).Median;
        double flops = launches.Sum(l => (double)l.Launch.Flops) / steps, bytes = launches.Sum(l => (double)l.Launch.Bytes) / steps;
        double flopRate = flops / seconds, byteRate = bytes / seconds;
        return new KernelGroup(
            kernel, shape, launches.Length / (double)steps, seconds, Spread.Of(launches.Select(l => l.Launch.Seconds)).Median, seconds / stepSeconds,
            flops, bytes, flopRate, byteRate, flopRate / ceilings.FlopsPerSecond, byteRate / ceilings.BytesPerSecond);
    }
}
