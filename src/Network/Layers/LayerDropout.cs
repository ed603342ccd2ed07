using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Layers;

/// <summary>The dropout of one place in a network. A mask is a function of seed, step and stream, so nobody keeps it.</summary>
/// <param name="Clock">The seed and the step.</param>
/// <param name="Index">Which of the network's.</param>
/// <param name="Rate">How many are dropped.</param>
internal sealed record LayerDropout(StepClock Clock, int Index, float Rate)
{
    /// <summary>The mask of a pass; null where nothing is dropped, since nothing is trained.</summary>
    public DropoutMask? Mask(Pass pass) => pass.Training ? new DropoutMask(Clock.View, Purpose.Dropout(pass.Stream + Index), Rate) : null;

    /// <summary>The rate of a pass; 0 where nothing is dropped.</summary>
    public float RateIn(Pass pass) => pass.Training ? Rate : 0;
}
