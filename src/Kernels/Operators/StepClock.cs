using GpuCgan.Kernels.Devices;
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
}

/// <summary>The device's own step counter, seed and learning-rate scale. Everything random is a function of it (Philox).</summary>
public sealed class StepClock : IDisposable
{
    private static void AdvanceKernel(Index1D index, ArrayView<StepState> state) => state[index].Step++;

    private readonly ComputeDevice _device;
    private readonly DeviceArray<StepState> _state;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>>? _advance;

    /// <summary>A clock at step 0.</summary>
    public StepClock(ComputeDevice device, ulong seed)
    {
        _device = device;
        _state = device.Allocate<StepState>(1);
        if (device.Team is null)
            _advance = device.Accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<StepState>>(AdvanceKernel);
        Set(0, seed);
    }

    /// <summary>[1], for the operators that read it.</summary>
    public ArrayView<StepState> View => _state.View;

    /// <summary>Sets the clock from the host and waits: at the start of a run and when it is resumed, never inside a step.</summary>
    public void Set(uint step, ulong seed, float rateScale = 1) =>
        _state.Upload([new StepState { Step = step, SeedLow = (uint)seed, SeedHigh = (uint)(seed >> 32), RateScale = rateScale }]);

    /// <summary>Waits for the device and reads the clock.</summary>
    public StepState Read() => _state.Download()[0];

    /// <summary>Step ← Step + 1, on the stream.</summary>
    public void Advance()
    {
        using var launch = _device.Profiler?.Begin("StepClock.Advance", $"1", 0, 2 * sizeof(uint));
        if (_advance is null)
            View.AsHostSpan()[0].Step++;
        else
            _advance(_device.Stream, 1, View);
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();
}
