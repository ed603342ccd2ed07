using System.Numerics;

namespace GpuCgan.Soak;

/// <summary>One tenth of a soak.</summary>
/// <param name="Step">Steps done at its end.</param>
/// <param name="StepsPerSecond">Of the steps and the readings of their metrics alone.</param>
/// <param name="CpuPerStep">Milliseconds of processor time of all threads a step: what other processes on the machine move less than the clock.</param>
/// <param name="StepBytes">Managed memory that the training thread allocated inside its steps.</param>
/// <param name="HeapBytes">The objects on the managed heap that a full collection at its end left.</param>
/// <param name="DeviceObjects">Objects that ILGPU remembers: see <see cref="OwnHeapBytes"/>.</param>
/// <param name="DeviceBytes">Memory held on the device at its end.</param>
/// <param name="ResidentBytes">The process's memory at its end. On <c>cpu</c> the device's memory is part of it.</param>
/// <param name="DiscriminatorLoss">The mean over its last log interval.</param>
/// <param name="GeneratorLoss">The mean over its last log interval.</param>
internal sealed record SoakTenth(
    long Step, double StepsPerSecond, double CpuPerStep, long StepBytes, long HeapBytes, int DeviceObjects, long DeviceBytes, long ResidentBytes, double DiscriminatorLoss, double GeneratorLoss)
{
    /// <summary>
    /// The heap without what ILGPU keeps there for every buffer and every pinned copy, gone or not: a weak reference of 24 bytes and an entry of 8 in a list that doubles, and that is swept
    /// where its length is a multiple of 4,096.
    /// </summary>
    public long OwnHeapBytes => HeapBytes - (24L * DeviceObjects) - (8L * BitOperations.RoundUpToPowerOf2((uint)DeviceObjects));
}
