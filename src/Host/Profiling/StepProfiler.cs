using GpuCgan.Host.Output;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Profiling;

/// <summary>Takes a <see cref="StepProfile"/>: ceilings, warm-up, then steps that are profiled and steps that are only timed, in turns, so that both see the same machine.</summary>
internal static class StepProfiler
{
    public static (StepProfile Profile, IReadOnlyList<StepRecord> Steps) Run(
        ComputeDevice device, Recipe recipe, WorkloadData data, StepCount warmUp, StepCount timed, Grouping grouping, IStageDisplay stages)
    {
        DeviceCeilings? ceilings = null;
        stages.Run("measuring what the device can do", _ => ceilings = DeviceCeilings.Measure(device));
        using var workload = new StepWorkload(device, recipe, data);
        stages.Run("warming up", _ => workload.WarmUp(warmUp));
        var records = new List<StepRecord>();
        var plain = new List<double>();
        var recorder = new LaunchRecorder(device);
        stages.Run("profiling steps", _ =>
        {
            for (var left = timed.Start(); left.Next();)
            {
                plain.Add(workload.TimeStep());
                records.Add(recorder.Record(workload.Step));
            }
        });
        if (!workload.IsSound)
            stages.Warn("a loss is not finite: what was timed is not a training that works");
        return (ProfileOf(device, recipe, data, ceilings!, plain, records, grouping), records);
    }

    private static StepProfile ProfileOf(
        ComputeDevice device, Recipe recipe, WorkloadData data, DeviceCeilings ceilings, List<double> plain, List<StepRecord> records, Grouping grouping) => new()
    {
        Format = StepProfile.CurrentFormat,
        Version = ProgramVersion.Text,
        Backend = DeviceCatalog.Backend,
        Device = device.Id,
        DeviceName = device.Name,
        Data = data.Name,
        Image = data.Shape,
        Classes = data.Classes,
        BatchSize = recipe.BatchSize,
        Steps = records.Count,
        Ceilings = ceilings,
        StepSeconds = Spread.Of(plain),
        ProfiledStepSeconds = Spread.Of(records.Select(record => record.Seconds)),
        Floor = StepFloor.Of(records, ceilings),
        KernelSeconds = Spread.Of(records.Select(record => record.Launches.Sum(launch => launch.Seconds))).Median,
        Unannounced = records.Max(record => record.Unannounced),
        Kernels = KernelGroup.Of(records, grouping, ceilings),
        Recipe = RecipeFile.ToJson(recipe),
    };
}
