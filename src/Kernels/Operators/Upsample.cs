using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Nearest-neighbour upsampling to twice the height and width: y[n, c, 2i + a, 2j + b] = x[n, c, i, j] for a, b in {0, 1}, before a convolution the alternative to a
/// transposed one that leaves no checkerboard (Odena, Dumoulin and Olah, "Deconvolution and checkerboard artifacts", 2016). x is [N, C·H·W], y [N, C·2H·2W]. Both
/// methods overwrite their last matrix; backward needs nothing saved.
/// </summary>
public sealed class Upsample(ComputeDevice device)
{
    private readonly PixelQuads _quads = new(device);

    /// <summary>y from x. Overwrites y.</summary>
    /// <param name="x">[N, C·H·W].</param>
    /// <param name="y">[N, C·2H·2W]; must not overlap x.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(Matrix x, Matrix y, int width)
    {
        using var launch = device.Profiler?.Begin("Upsample.Forward", $"{x} to {y}", 0, sizeof(float) * (x.Elements + y.Elements));
        _quads.Spread(x, y, width, 1);
    }

    /// <summary>dx = the sum of the four dy of each pixel. Overwrites dx.</summary>
    /// <param name="dy">[N, C·2H·2W].</param>
    /// <param name="dx">[N, C·H·W]; must not overlap dy.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(Matrix dy, Matrix dx, int width)
    {
        using var launch = device.Profiler?.Begin("Upsample.Backward", $"{dy} to {dx}", 3 * dx.Elements, sizeof(float) * (dy.Elements + dx.Elements));
        _quads.Collect(dy, dx, width, 1);
    }
}
