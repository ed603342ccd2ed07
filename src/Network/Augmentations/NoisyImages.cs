using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Network.Augmentations;

/// <summary>Adds normal noise, which the clock's schedule lets fall to 0 over the run. The gradient passes unchanged.</summary>
internal sealed class NoisyImages(OperatorSet operators, StepClock clock, float deviation) : Augmentation
{
    public override void Forward(Matrix x, Matrix y, int stream) => operators.InstanceNoise.Launch(clock.View, Purpose.InstanceNoise(stream), x, y, deviation);

    public override void Backward(Matrix dy, Matrix dx, int stream) => operators.CopyMatrix.Launch(dy, dx);
}
