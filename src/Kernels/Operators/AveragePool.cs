using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Average pooling to half the height and width: y[n, c, i, j] = ¼·Σ x[n, c, 2i + a, 2j + b] over a, b in {0, 1}. x is [N, C·2H·2W], y [N, C·H·W]: the images' height and width are
/// even, which the shapes of x and y imply. Both methods overwrite their last matrix; backward needs nothing saved.
/// </summary>
public sealed class AveragePool(ComputeDevice device)
{
    private readonly PixelQuads _quads = new(device);

    /// <summary>y from x. Overwrites y.</summary>
    /// <param name="x">[N, C·2H·2W].</param>
    /// <param name="y">[N, C·H·W]; must not overlap x.</param>
    /// <param name="width">W, of y.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(Matrix x, Matrix y, int width)
    {
        using var launch = device.Profiler?.Begin("AveragePool.Forward", $"{x} to {y}", 4 * y.Elements, sizeof(float) * (x.Elements + y.Elements));
        _quads.Collect(x, y, width, 0.25f);
    }

    /// <summary>dx = ¼·dy at each of a pixel's four. Overwrites dx.</summary>
    /// <param name="dy">[N, C·H·W].</param>
    /// <param name="dx">[N, C·2H·2W]; must not overlap dy.</param>
    /// <param name="width">W, of dy.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(Matrix dy, Matrix dx, int width)
    {
        using var launch = device.Profiler?.Begin("AveragePool.Backward", $"{dy} to {dx}", dy.Elements, sizeof(float) * (dy.Elements + dx.Elements));
        _quads.Spread(dy, dx, width, 0.25f);
    }
}
