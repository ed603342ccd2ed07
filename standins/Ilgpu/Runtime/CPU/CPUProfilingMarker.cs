using System.Diagnostics;

namespace ILGPU.Runtime.CPU;

/// <summary>The time at which it was made: the stream is always up to date.</summary>
internal sealed class CPUProfilingMarker(Accelerator accelerator) : ProfilingMarker(accelerator)
{
    private readonly long timestamp = Stopwatch.GetTimestamp();

    public override void Synchronize()
    {
    }

    public override TimeSpan MeasureFrom(ProfilingMarker marker) =>
        marker is CPUProfilingMarker start
            ? Stopwatch.GetElapsedTime(start.timestamp, timestamp)
            : throw new ArgumentException($"Cannot measure from a {marker.GetType().Name}.", nameof(marker));

    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
