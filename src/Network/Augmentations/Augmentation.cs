using GpuCgan.Kernels;

namespace GpuCgan.Network.Augmentations;

/// <summary>
/// One random change of a batch of images [M, pixels] in front of D, and the way back of a gradient through it. Which change is a function of the seed, the step and
/// the stream.
/// </summary>
internal abstract class Augmentation
{
    /// <summary>What comes in from outside of an image, or replaces a part of it.</summary>
    protected const float Background = -1;

    /// <summary>y ← the changed x. They do not overlap.</summary>
    public abstract void Forward(Matrix x, Matrix y, int stream);

    /// <summary>dx ← the gradient by x of the last <see cref="Forward"/>, whose stream is named again, from dy. They do not overlap.</summary>
    public abstract void Backward(Matrix dy, Matrix dx, int stream);
}
