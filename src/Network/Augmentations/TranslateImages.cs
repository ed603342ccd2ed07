using GpuCgan.Kernels;
using GpuCgan.Kernels.Operators;
using ILGPU;

namespace GpuCgan.Network.Augmentations;

/// <summary>Moves each image by up to a number of pixels, down or up and to either side; what comes in is background. The gradient moves back, and what had left gets none.</summary>
internal sealed class TranslateImages(OperatorSet operators, StepClock clock, DeviceMemory memory, ImageShape image, int rows, int reach) : Augmentation
{
    private readonly ArrayView<int> _offsets = memory.View<int>(2 * rows);

    public override void Forward(Matrix x, Matrix y, int stream)
    {
        var offsets = _offsets.SubView(0, 2 * x.Rows);
        operators.Philox.Integers(clock.View, Purpose.Augmentation(stream), offsets, 2 * reach + 1);
        operators.Translate.Launch(x, offsets, y, image.Height, image.Width, reach, Background);
    }

    public override void Backward(Matrix dy, Matrix dx, int stream) =>
        operators.Translate.Backward(dy, _offsets.SubView(0, 2 * dy.Rows), dx, image.Height, image.Width, reach);
}
