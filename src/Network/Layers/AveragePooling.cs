using GpuCgan.Kernels;

namespace GpuCgan.Network.Layers;

/// <summary>Images of half the height and width: every square of four pixels becomes their mean.</summary>
internal sealed class AveragePooling : Layer
{
    private readonly OperatorSet _operators;
    private readonly int _channels;
    private readonly int _height;
    private readonly int _width;

    /// <param name="operators">The operators.</param>
    /// <param name="channels">Channels of an image.</param>
    /// <param name="height">Rows of an image in front of the layer, even.</param>
    /// <param name="width">Columns of an image in front of the layer, even.</param>
    /// <exception cref="ArgumentException">A side is odd.</exception>
    public AveragePooling(OperatorSet operators, int channels, int height, int width)
    {
        if (height % 2 != 0 || width % 2 != 0)
            throw new ArgumentException($"Images of {height}×{width} cannot be halved: both sides must be even.");
        _operators = operators;
        _channels = channels;
        _height = height;
        _width = width;
    }

    public override int Outputs => _channels * (_height / 2) * (_width / 2);

    public override LayerDescription Describe(Parameters parameters) => new ResamplingDescription(_channels, _height, _width, IsUpsampling: false);

    public override void Forward(Matrix x, Matrix y, Pass pass) => _operators.AveragePool.Forward(x, y, _width / 2);

    /// <summary>A mean is linear.</summary>
    public override bool IsPiecewiseLinear => true;

    public override void Tangent(Matrix tx, Matrix y, Matrix ty, Range inputs, Pass pass) => _operators.AveragePool.Forward(tx, ty, _width / 2);

    public override void TangentGradient(Matrix tx, Matrix dy, Range inputs)
    {
    }

    public override void Backward(Matrix x, Matrix y, Matrix dy, Matrix? dx, Range inputs, Pass pass, bool weights)
    {
        if (dx is not { } target)
            return;
        var (first, count) = inputs.GetOffsetAndLength(_channels * _height * _width);
        _operators.AveragePool.Backward(dy.SliceColumns(first / 4, count / 4), target, _width / 2);
    }
}
