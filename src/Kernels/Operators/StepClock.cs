using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>What changes from step to step, in device memory: a step reads it and advances it, so a recorded step can be replayed.</summary>
public struct StepState
{
    /// <summary>Steps done.</summary>
    public uint Step;

    /// <summary>The seed's low word.</summary>
    public uint SeedLow;

    /// <summary>The seed's high word.</summary>
    public uint SeedHigh;

    /// <summary>What every learning rate is multiplied by; 1 without a schedule.</summary>
    public float RateScale;

    /// <summary>What the deviation of instance noise is multiplied by; 1 without a schedule.</summary>
    public float NoiseScale;
}

/// <summary>What changes over a planned run: the learning rates' scale is 1 and falls linearly to 0 at its end, the noise's falls from 1 to 0 over all of it.</summary>
/// <param name="steps">The run's length; 0 where none is planned, and then both scales stay 1.</param>
/// <param name="decaySteps">Over how many steps at the end the rates fall; 0 for not at all.</param>
public readonly struct StepSchedule(int steps, int decaySteps)
{
    /// <summary>The run's length, or 0.</summary>
    public readonly int Steps = steps;

    /// <summary>Steps at its end over which the rates fall.</summary>
    public readonly int DecaySteps = decaySteps;

    /// <summary>The scale of the learning rates in a step: that of the last is 1 / <see cref="DecaySteps"/>, and there is none behind the end.</summary>
    internal float RateScale(uint step)
    {
        float left = Left(step);
        return Steps == 0 || left >= DecaySteps ? 1 : left / DecaySteps;
    }

    /// <summary>The scale of the noise in a step.</summary>
    internal float NoiseScale(uint step) => Steps == 0 ? 1 : Left(step) / Steps;

    private float Left(uint step) => step >= (uint)Steps ? 0 : Steps - (int)step;
}

/// <summary>The device's own step counter, seed and scales. Everything random is a function of it (Philox).</summary>
public sealed class StepClock : IDisposable
{
    private static void AdvanceKernel(Index1D index, ArrayView<StepState> state, StepSchedule schedule, uint steps)
    {
        EarlierLaunches.Await();
        Advance(ref state[index], schedule, steps);
    }

    private static void Advance(ref StepState state, StepSchedule schedule, uint steps)
    {
        state.Step += steps;
        if (schedule.Steps == 0)
            return;
        state.RateScale = schedule.RateScale(state.Step);
        state.NoiseScale = schedule.NoiseScale(state.Step);
    }

    private readonly ComputeDevice _device;
    private readonly DeviceArray<StepState> _state;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, StepSchedule, uint>? _advance;
    private StepSchedule _schedule;

    /// <summary>A clock at step 0.</summary>
    public StepClock(ComputeDevice device, ulong seed)
    {
        _device = device;
        _state = device.Allocate<StepState>(1);
        if (device.Team is null)
            _advance = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, StepSchedule, uint>(AdvanceKernel, ElementLanes.AGroup));
        Set(0, seed);
    }

    /// <summary>[1], for the operators that read it.</summary>
    public ArrayView<StepState> View => _state.View;

    /// <summary>Sets the clock from the host and waits: at the start of a run and when it is resumed, never inside a step. A schedule overrides the scale.</summary>
    public void Set(uint step, ulong seed, float rateScale = 1)
    {
        _state.Upload([new StepState { Step = step, SeedLow = (uint)seed, SeedHigh = (uint)(seed >> 32), RateScale = rateScale, NoiseScale = 1 }]);
        Advance(0);
    }

    /// <summary>
    /// Plans the run, from the step that the clock is at. The scales are computed on the device alone, so a run that is resumed there has the bits of one that was not.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative number of steps.</exception>
    public void Plan(StepSchedule schedule)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(schedule.Steps, nameof(schedule));
        ArgumentOutOfRangeException.ThrowIfNegative(schedule.DecaySteps, nameof(schedule));
        _schedule = schedule;
        Advance(0);
    }

    /// <summary>Waits for the device and reads the clock.</summary>
    public StepState Read() => _state.Download()[0];

    /// <summary>Step ← Step + 1, and the scales with it, on the stream.</summary>
    public void Advance() => Advance(1);

    private void Advance(uint steps)
    {
        using var launch = _device.Profiler?.Begin("StepClock.Advance", $"1", 0, 2 * sizeof(uint));
        if (_advance is null)
            Advance(ref View.AsHostSpan()[0], _schedule, steps);
        else
            _advance(_device.Stream, 1, View, _schedule, steps);
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();
}
