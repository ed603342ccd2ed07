using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network;

/// <summary>
/// What one network has learnt and what its optimiser remembers: trainable values, their gradients and Adam's moments in arenas of one layout, and
/// the statistics that are estimated and not learnt in another.
/// </summary>
internal sealed class Parameters
{
    public Parameters(ArenaLayout trainable, ArenaLayout statistics, DeviceMemory memory)
    {
        Values = new Arena(trainable, memory);
        Gradients = new Arena(trainable, memory);
        FirstMoments = new Arena(trainable, memory);
        SecondMoments = new Arena(trainable, memory);
        Statistics = new Arena(statistics, memory);
    }

    public Arena Values { get; }
    public Arena Gradients { get; }
    public Arena FirstMoments { get; }
    public Arena SecondMoments { get; }

    /// <summary>Running means and variances of the normalisations.</summary>
    public Arena Statistics { get; }

    /// <summary>Numbers that are trained.</summary>
    public long Count => Values.Layout.Slots.Sum(slot => (long)slot.Length);

    public void Update(Adam adam, StepClock clock, int updatesPerStep, int update, AdamOptions options) => adam.Launch(
        clock.View, updatesPerStep, update, Values.View, Gradients.View, FirstMoments.View, SecondMoments.View, options);
}
