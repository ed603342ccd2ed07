using GpuCgan.Host.Output;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Profiling;

/// <summary>Times whole steps, warmed up, and counts what they allocate.</summary>
internal static class StepBench
{
    /// <summary>One case; the recipe holds its batch size.</summary>
    public static BenchCase Run(ComputeDevice device, Recipe recipe, WorkloadData data, StepCount warmUp, StepCount timed, IStageDisplay stages)
    {
        using var workload = new StepWorkload(device, recipe, data);
        workload.WarmUp(warmUp, workload.StepsAWait);
        var (seconds, allocated) = workload.Measure(timed);
        if (!workload.IsSound)
            stages.Warn($"batch {recipe.BatchSize}: a loss is not finite: what was timed is not a training that works");
        if (workload.WhyNotRecorded is { } why)
            stages.Warn($"batch {recipe.BatchSize}: {why}");
        var spread = Spread.Of(seconds);
        return new BenchCase(recipe.BatchSize, device.Threads, seconds.Count * workload.StepsAWait, spread, recipe.BatchSize / spread.Median, 1, allocated, workload.IsReplaying);
    }
}
