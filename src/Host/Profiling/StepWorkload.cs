using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Profiling;

/// <summary>A GAN whose training steps are timed: what <c>bench</c> and <c>profile</c> both run.</summary>
internal sealed class StepWorkload : IDisposable
{
    /// <summary>A GPU works through a queue, and training looks at it once in many steps.</summary>
    private const int StepsAWaitOnGpu = 20;

    private readonly ConditionalGan _gan;

    /// <summary>A GAN of <paramref name="recipe"/> on <paramref name="device"/>, with the data loaded.</summary>
    public StepWorkload(ComputeDevice device, Recipe recipe, WorkloadData data)
    {
        StepsAWait = device.Kind is DeviceKind.Cuda or DeviceKind.OpenCl ? StepsAWaitOnGpu : 1;
        _gan = new ConditionalGan(device, recipe, data.Image, data.Classes, seed: 1);
        _gan.Load(data.Pixels, data.Labels);
    }

    /// <summary>Steps that are timed together: 1, and more on a GPU.</summary>
    public int StepsAWait { get; }

    /// <inheritdoc cref="ConditionalGan.WhyNotRecorded"/>
    public string? WhyNotRecorded => _gan.WhyNotRecorded;

    /// <inheritdoc cref="ConditionalGan.IsReplaying"/>
    public bool IsReplaying => _gan.IsReplaying;

    /// <summary>One step, without a wait.</summary>
    public void Step() => _gan.TrainStep();

    /// <summary>The seconds of a step, where <paramref name="steps"/> of them are waited for together.</summary>
    public double TimeStep(int steps = 1)
    {
        long start = Stopwatch.GetTimestamp();
        _gan.TrainSteps(steps);
        _gan.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / steps;
    }

    /// <summary>Steps before anything is timed, so many at once as will be: what is recorded for one is not what is recorded for many.</summary>
    public void WarmUp(StepCount count, int steps = 1)
    {
        for (var left = InTurns(count, steps).Start(); left.Next();)
            TimeStep(steps);
    }

    /// <summary>So many steps as are meant, and not so many times twenty.</summary>
    private static StepCount InTurns(StepCount count, int steps) => count with { Most = (count.Most - 1) / steps + 1 };

    /// <summary>The seconds of a step, <paramref name="count"/> times, each over <see cref="StepsAWait"/> steps, and the managed memory that all threads together allocated a step.</summary>
    public (IReadOnlyList<double> Seconds, double AllocatedBytes) Measure(StepCount count)
    {
        // Where none were asked for, as many turns as on a CPU: a median wants them.
        if (count.Longest is null)
            count = InTurns(count, StepsAWait);
        // There is room for them before the first step: what is counted is the steps' own.
        var seconds = new List<double>(count.Most);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (var left = count.Start(); left.Next();)
            seconds.Add(TimeStep(StepsAWait));
        return (seconds, (GC.GetTotalAllocatedBytes(precise: true) - before) / ((double)seconds.Count * StepsAWait));
    }

    /// <summary>Whether the losses of all steps so far are finite numbers: a fast step that computes nothing is no step.</summary>
    public bool IsSound => _gan.ReadMetrics().AreFinite;

    /// <inheritdoc/>
    public void Dispose() => _gan.Dispose();
}
