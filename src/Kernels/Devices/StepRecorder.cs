using ILGPU.Runtime;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Does the same work again and again, recorded where the device can: a step of some fifty launches becomes one, and the host's share of it all but vanishes. On CUDA the
/// recording is a graph; on other devices the work is simply called.
/// </summary>
/// <remarks>
/// Work that repeats with a period, such as one step of G in five, has a number a phase, and each phase a recording of its own. Work that is recorded must not allocate, wait,
/// or copy to or from the host, and what changes from step to step must lie in device memory, because a launch's arguments are frozen when it is recorded. So host state, such as the count of steps, is
/// kept outside of it: work that fails to be recorded is called once more. Work that is recorded may have branches (<see cref="ComputeDevice.Beside"/>), which the device then
/// does side by side; those that were not joined are joined at its end.
/// </remarks>
public sealed class StepRecorder : IDisposable
{
    /// <summary>Calls that one recording holds where so many are asked for at once: they share what the start and the end of a graph cost.</summary>
    private const int CallsARecording = 4;

    /// <summary>Plain calls before a phase is recorded: the first one compiles and loads kernels, which no recording allows.</summary>
    private const int WarmUps = 2;

    private readonly IStepCapture? _capture;
    private readonly ComputeDevice? _device;
    private readonly Dictionary<int, Phase> _phases = [];

    /// <summary>A recorder for work on <paramref name="device"/>'s stream.</summary>
    public StepRecorder(ComputeDevice device)
    {
        _device = device;
        if (!device.RecordsSteps)
            return;
        _capture = CudaGraphs.For(device, out string? why);
        WhyPlain = why;
    }

    internal StepRecorder(IStepCapture? capture, ComputeDevice? device = null) => (_capture, _device) = (capture, device);

    /// <summary>Why a device that could replay its steps launches them one kernel at a time; null where it replays them, was asked not to, or never could.</summary>
    public string? WhyPlain { get; private set; }

    /// <summary>Calls of the same work that are best asked for at once: 1, and more where they are replayed.</summary>
    public int CallsAtOnce => Records ? CallsARecording : 1;

    // A profiler is told of every launch, and its markers cannot be recorded.
    private bool Records => _capture is not null && WhyPlain is null && _device?.Profiler is null;

    /// <summary>Whether some phase is recorded by now.</summary>
    public bool IsReplaying
    {
        get
        {
            foreach (var phase in _phases.Values)
            {
                if (phase.One is not null || phase.Many is not null)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Does <paramref name="work"/>, which is the same for every call with this phase, so many <paramref name="times"/>: calls it, records it, or replays what was recorded.</summary>
    public void Run(int phase, Action work, int times = 1)
    {
        while (times > 0)
        {
            int calls = times < CallsAtOnce ? 1 : CallsAtOnce;
            if (RecordedOf(phase, work, calls) is { } recorded)
                recorded.Replay();
            else
                Call(work, calls);
            times -= calls;
        }
    }

    /// <summary>What was recorded of so many calls, by now; null where they are to be called.</summary>
    private IRecordedStep? RecordedOf(int phase, Action work, int calls)
    {
        if (!Records)
            return null;
        if (!_phases.TryGetValue(phase, out var state))
            _phases.Add(phase, state = new Phase());
        ref var recorded = ref calls == 1 ? ref state.One : ref state.Many;
        if (state.Calls < WarmUps)
            state.Calls += calls;
        else
            recorded ??= Record(work, calls);
        return recorded;
    }

    private static void Call(Action work, int calls)
    {
        for (int i = 0; i < calls; i++)
            work();
    }

    /// <summary>Drops what was recorded, because memory or data that it names are no longer the same. The next calls warm up and record anew.</summary>
    public void Forget()
    {
        foreach (var phase in _phases.Values)
        {
            phase.One?.Dispose();
            phase.Many?.Dispose();
        }
        _phases.Clear();
    }

    /// <summary>The recording, or null where there can be none: then nothing of the work was done.</summary>
    private IRecordedStep? Record(Action work, int calls)
    {
        try
        {
            _capture!.Begin();
            var branches = new StepBranches(_capture);
            try
            {
                Branch(branches);
                Call(work, calls);
                branches.Join();
            }
            catch
            {
                Abandon(branches);
                throw;
            }
            finally
            {
                Branch(null);
            }
            return _capture.End();
        }
        catch (Exception e) when (e is RecordingException or AcceleratorException)
        {
            // A device that has truly failed fails again in the plain call that follows, and that is reported as what it is.
            Forget();
            WhyPlain = $"the step could not be recorded ({e.Message}); its kernels are launched one by one";
            return null;
        }
    }

    private void Branch(StepBranches? branches)
    {
        if (_device is not null)
            _device.Branches = branches;
    }

    private void Abandon(StepBranches branches)
    {
        try
        {
            // So that the side streams are let go too. A recording that is broken already refuses, and lets them go when it is ended.
            branches.Join();
        }
        catch (RecordingException)
        {
        }
        _capture!.Abandon();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _capture?.Dispose();
    }

    private sealed class Phase
    {
        public int Calls;

        /// <summary>One call, and <see cref="CallsARecording"/> of them.</summary>
        public IRecordedStep? One, Many;
    }
}
