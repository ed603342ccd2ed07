using System.Text.Json.Nodes;
using GpuCgan.Kernels.Profiling;

namespace GpuCgan.Host.Profiling;

/// <summary>Where the time of a training step goes: what <c>profile</c> prints, and the JSON that it writes.</summary>
internal sealed record StepProfile
{
    public const string CurrentFormat = "gpucgan-profile-1";

    public required string Format { get; init; }
    public required string Version { get; init; }
    public required string Backend { get; init; }
    public required string Device { get; init; }
    public required string DeviceName { get; init; }
    public required string Data { get; init; }
    public required int[] Image { get; init; }
    public required int Classes { get; init; }
    public required int BatchSize { get; init; }

    /// <summary>Steps that were profiled, and as many that were only timed, in turns.</summary>
    public required int Steps { get; init; }

    public required DeviceCeilings Ceilings { get; init; }

    /// <summary>Seconds of a step that is not profiled.</summary>
    public required Spread StepSeconds { get; init; }

    /// <summary>Seconds of a step that is: what the kernels' shares are of.</summary>
    public required Spread ProfiledStepSeconds { get; init; }

    public required StepFloor Floor { get; init; }

    /// <summary>Seconds of a profiled step, the kernels' together.</summary>
    public required double KernelSeconds { get; init; }

    /// <summary>Work that no operator announced, so that it is in no line: 0.</summary>
    public required long Unannounced { get; init; }

    public required IReadOnlyList<KernelGroup> Kernels { get; init; }
    public required JsonObject Recipe { get; init; }
}

/// <summary>What no step with these launches can be faster than on this device.</summary>
/// <param name="Flops">Of a step.</param>
/// <param name="Bytes">Of a step, each operand of each launch touched once.</param>
/// <param name="Starts">Launches a step, or jobs of the worker team on the CPU.</param>
/// <param name="ArithmeticSeconds">The flops at the ceiling.</param>
/// <param name="BytesSeconds">The bytes at the ceiling. No floor in the strict sense where a cache holds them.</param>
/// <param name="LaunchesSeconds">The starts, each as long as one that does nothing.</param>
internal sealed record StepFloor(double Flops, double Bytes, double Starts, double ArithmeticSeconds, double BytesSeconds, double LaunchesSeconds)
{
    /// <summary>The largest of the three: at best the others hide behind it.</summary>
    public double Seconds => Math.Max(ArithmeticSeconds, Math.Max(BytesSeconds, LaunchesSeconds));

    public static StepFloor Of(IReadOnlyList<StepRecord> steps, DeviceCeilings ceilings)
    {
        double flops = steps.Average(step => step.Launches.Sum(launch => (double)launch.Flops));
        double bytes = steps.Average(step => step.Launches.Sum(launch => (double)launch.Bytes));
        double starts = steps.Average(step => (double)step.Starts);
        return new StepFloor(flops, bytes, starts, flops / ceilings.FlopsPerSecond, bytes / ceilings.BytesPerSecond, starts * ceilings.LaunchSeconds);
    }
}
