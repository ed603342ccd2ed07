using GpuCgan.Kernels;

namespace GpuCgan.Network.Layers;

/// <summary>Images of twice the height and width: every pixel becomes a square of four.</summary>
/// <param name="operators">The operators.</param>
/// <param name="channels">Channels of an image.</param>
/// <param name="height">Rows of an image in front of the layer.</param>
/// <param name="width">Columns of an image in front of the layer.</param>
internal sealed class Upsampling(OperatorSet operators, int channels, int height, int width) : Layer
{
    public override int Outputs => channels * 4 * height * width;

    public override LayerDescription Describe(Parameters parameters) => new ResamplingDescription(channels, height, width, IsUpsampling: true);

    public override void Forward(Matrix x, Matrix y, Pass pass) => operators.Upsample.Forward(x, y, width);

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (dx is not { } target)
            return;
        // Whole channels may be selected: theirs lie side by side on both sides of the layer.
        var (first, count) = inputs.GetOffsetAndLength(channels * height * width);
        operators.Upsample.Backward(dy.SliceColumns(4 * first, 4 * count), target, width);
    }
}
