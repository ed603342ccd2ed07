using System.Diagnostics;
using GpuCgan.Kernels.Devices;

namespace GpuCgan.Kernels.Profiling;

/// <summary>
/// Records the launches of single steps: on <see cref="DeviceKind.Cpu"/> by the clock, elsewhere by ILGPU's profiling markers. The device is as it was before
/// and behind a recorded step.
/// </summary>
public sealed class LaunchRecorder : ILaunchProfiler
{
    private readonly ComputeDevice _device;
    private readonly ITimeline _timeline;
    private readonly List<(string Kernel, string Shape, long Flops, long Bytes)> _launches = [];
    private readonly End _end;
    private readonly long _made = Stopwatch.GetTimestamp();
    private bool _inLaunch;
    private long _jobsAtBegin;
    private long _announcedJobs;

    /// <summary>A recorder for a device that was opened with <c>profiling: true</c>.</summary>
    /// <exception cref="ArgumentException">It was not.</exception>
    public LaunchRecorder(ComputeDevice device)
    {
        if (!device.CanProfile)
            throw new ArgumentException("The device was not opened for profiling.", nameof(device));
        _device = device;
        _timeline = device.Kind == DeviceKind.Cpu ? new ClockTimeline() : new MarkerTimeline(device);
        _end = new End(this);
    }

    /// <summary>Runs <paramref name="step"/> and records what it launches. Waits for the device before and after.</summary>
    /// <exception cref="InvalidOperationException">Another profiler is at work, or a launch was announced inside another.</exception>
    public StepRecord Record(Action step)
    {
        if (_device.Profiler is not null)
            throw new InvalidOperationException("The device is being profiled already.");
        _device.Synchronize();
        double start = Stopwatch.GetElapsedTime(_made).TotalSeconds;
        long jobs = Jobs;
        _announcedJobs = 0;
        _launches.Clear();
        _device.Profiler = this;
        double[] times;
        try
        {
            _timeline.Mark();
            step();
            _timeline.Mark();
        }
        finally
        {
            _device.Profiler = null;
            _inLaunch = false;
            times = _timeline.Take();
        }
        var launches = new LaunchRecord[_launches.Count];
        for (int i = 0; i < launches.Length; i++)
        {
            var (kernel, shape, flops, bytes) = _launches[i];
            double begin = times[1 + 2 * i], end = times[2 + 2 * i];
            launches[i] = new LaunchRecord(kernel, shape, flops, bytes, begin, end - begin);
        }
        jobs = Jobs - jobs;
        return new StepRecord(start, times[^1], launches, _device.Team is null ? launches.Length : jobs, jobs - _announcedJobs);
    }

    private long Jobs => _device.Team?.Jobs ?? 0;

    /// <inheritdoc/>
    public IDisposable Begin(string kernel, string shape, long flops, long bytes)
    {
        if (_inLaunch)
            throw new InvalidOperationException($"{kernel} {shape} was announced inside of {_launches[^1].Kernel} {_launches[^1].Shape}.");
        _inLaunch = true;
        _launches.Add((kernel, shape, flops, bytes));
        _jobsAtBegin = Jobs;
        _timeline.Mark();
        return _end;
    }

    private sealed class End(LaunchRecorder recorder) : IDisposable
    {
        public void Dispose()
        {
            recorder._timeline.Mark();
            recorder._announcedJobs += recorder.Jobs - recorder._jobsAtBegin;
            recorder._inLaunch = false;
        }
    }
}
