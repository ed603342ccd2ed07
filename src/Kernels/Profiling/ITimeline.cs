using System.Diagnostics;
using GpuCgan.Kernels.Devices;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Profiling;

/// <summary>Points in a device's time.</summary>
internal interface ITimeline
{
    /// <summary>Adds a point behind everything that is queued. Waits for nothing.</summary>
    void Mark();

    /// <summary>Waits for the device, gives each point's seconds from the first, and forgets them all.</summary>
    double[] Take();
}

/// <summary>The host's clock: for the wide twins, which are done when their launcher returns.</summary>
internal sealed class ClockTimeline : ITimeline
{
    private readonly List<long> _ticks = [];

    public void Mark() => _ticks.Add(Stopwatch.GetTimestamp());

    public double[] Take()
    {
        // A TimeSpan would round to 100 ns, a third of the shortest launch.
        double[] seconds = [.. _ticks.Select(ticks => (ticks - _ticks[0]) / (double)Stopwatch.Frequency)];
        _ticks.Clear();
        return seconds;
    }
}

/// <summary>ILGPU's profiling markers in the device's stream; its context must have been built for them.</summary>
internal sealed class MarkerTimeline(ComputeDevice device) : ITimeline
{
    private readonly List<ProfilingMarker> _markers = [];

    public void Mark() => _markers.Add(device.Stream.AddProfilingMarker());

    public double[] Take()
    {
        device.Synchronize();
        var seconds = new double[_markers.Count];
        for (int i = 0; i < seconds.Length; i++)
        {
            _markers[i].Synchronize();
            seconds[i] = i == 0 ? 0 : _markers[i].MeasureFrom(_markers[0]).TotalSeconds;
        }
        foreach (var marker in _markers)
            marker.Dispose();
        _markers.Clear();
        return seconds;
    }
}
