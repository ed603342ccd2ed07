using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Profiling;

/// <summary>A GAN whose training steps are timed: what <c>bench</c> and <c>profile</c> both run.</summary>
internal sealed class StepWorkload : IDisposable
{
    private readonly ConditionalGan _gan;

    /// <summary>A GAN of <paramref name="recipe"/> on <paramref name="device"/>, with the data loaded.</summary>
    public StepWorkload(ComputeDevice device, Recipe recipe, WorkloadData data)
    {
        _gan = new ConditionalGan(device, recipe, data.Image, data.Classes, seed: 1);
        _gan.Load(data.Pixels, data.Labels);
    }

    /// <summary>One step, without a wait.</summary>
    public void Step() => _gan.TrainStep();

    /// <summary>The seconds of one step and of the wait for it.</summary>
    public double TimeStep()
    {
        long start = Stopwatch.GetTimestamp();
        _gan.TrainStep();
        _gan.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Steps before anything is timed.</summary>
    public void WarmUp(StepCount count)
    {
        for (var left = count.Start(); left.Next();)
            TimeStep();
    }

    /// <summary>The seconds of each step, and the managed memory that all threads together allocated a step.</summary>
    public (IReadOnlyList<double> Seconds, double AllocatedBytes) Measure(StepCount count)
    {
        // There is room for them before the first step: what is counted is the steps' own.
        var seconds = new List<double>(count.Most);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (var left = count.Start(); left.Next();)
            seconds.Add(TimeStep());
        return (seconds, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)seconds.Count);
    }

    /// <summary>Whether the losses of all steps so far are finite numbers: a fast step that computes nothing is no step.</summary>
    public bool IsSound => _gan.ReadMetrics().AreFinite;

    /// <inheritdoc/>
    public void Dispose() => _gan.Dispose();
}
