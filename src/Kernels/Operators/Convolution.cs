using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// 2-D convolution (cross-correlation, as every library has it) of images x [N, C·H·W] with weights w [F, C·kh·kw] to maps y [N, F·Ho·Wo]:
/// <list type="bullet">
/// <item><see cref="Forward"/>: y[n, f, p, q] = φ(b[f] + Σ w[f, c, i, j]·x[n, c, p·s − pad + i, q·s − pad + j]), zeros beyond the edges; overwrites y;</item>
/// <item><see cref="InputGradient(ConvShape, Matrix, Matrix, Matrix)"/>: dx, its adjoint, with a bias by channel and an activation on request; overwrites dx;</item>
/// <item><see cref="WeightGradient"/>: dw[f, c, i, j] = Σ dy[n, f, p, q]·x[n, c, p·s − pad + i, q·s − pad + j]; overwrites dw or adds to it, as asked.</item>
/// </list>
/// A transposed convolution's forward is the input gradient of a convolution and its input gradient is that convolution's forward, so these three serve both:
/// <see cref="TransposedConvolution"/> is this operator with its two sides exchanged. Backward needs x, w and, for φ, y. The gradient of the bias is
/// <see cref="ChannelSum"/>.
/// </summary>
/// <remarks>
/// Implicit matrix products (Chetlur et al., "cuDNN: efficient primitives for deep learning", 2014): the matrix of windows is never stored, a tile of it is
/// gathered by index arithmetic where it is multiplied. Every sum has an order that depends on the geometry alone, so a sample gives the same bits alone
/// and in a batch, on one thread and on many. With L terms |error| ≤ L·2⁻²⁴·Σ|w||x|; sums of small integers are exact.
/// </remarks>
public sealed partial class Convolution
{
    private readonly ComputeDevice _device;
    private readonly TiledProduct<ForwardProduct>? _forward;
    private readonly TiledProduct<InputProduct>? _input;
    private readonly TiledProduct<WeightProduct>? _weight;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<float>, PartSums>? _addParts;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public Convolution(ComputeDevice device)
        : this(device, LeastWindowsAPart)
    {
    }

    /// <summary>As the other constructor, with parts of another size, and by lanes or by tiles whatever the device.</summary>
    internal Convolution(ComputeDevice device, int leastWindowsAPart = LeastWindowsAPart, bool? byLanes = null)
    {
        _device = device;
        _leastWindows = leastWindowsAPart;
        if (device.Team is not null)
            return;
        bool lanes = byLanes ?? device.IsCpuDriver;
        _forward = new(device, lanes);
        _input = new(device, lanes);
        _weight = new(device, lanes);
        _addParts = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<float>, ArrayView<float>, PartSums>(AddParts, ElementLanes.AGroup));
    }

    /// <summary>y = φ(conv(x, w) + b). Overwrites y.</summary>
    /// <param name="shape">The geometry.</param>
    /// <param name="x">[N, C·H·W].</param>
    /// <param name="w">[F, C·kh·kw].</param>
    /// <param name="b">[F], or an empty view for no bias.</param>
    /// <param name="y">[N, F·Ho·Wo]; must not overlap the inputs.</param>
    /// <param name="activation">φ.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(ConvShape shape, Matrix x, Matrix w, ArrayView<float> b, Matrix y, Activation activation)
    {
        Fits(shape, x, w, y);
        Fits(b, shape.Features, "features");
        // A kernel's view must not be empty; without a bias it is not read.
        var product = new ForwardProduct
        {
            X = x.Data, W = w.Data, Bias = b.Length == 0 ? w.Data : b, Y = y.Data, Shape = shape, By = new Divisors(shape), Batch = x.Rows,
            XStride = x.Stride, WStride = w.Stride, YStride = y.Stride, HasBias = b.Length == 0 ? 0 : 1, Activation = activation,
        };
        using var launch = Announce("Convolution.Forward", shape, x.Rows, b.Length);
        if (_forward is null)
            LaunchWide(product);
        else
            _forward.Launch(product, product.Rows, product.Columns, planes: 1);
    }

    /// <summary>dx = conv(·, w)ᵀ(dy): the gradient by x. Overwrites dx.</summary>
    /// <param name="shape">The geometry.</param>
    /// <param name="dy">[N, F·Ho·Wo].</param>
    /// <param name="w">[F, C·kh·kw].</param>
    /// <param name="dx">[N, C·H·W]; must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void InputGradient(ConvShape shape, Matrix dy, Matrix w, Matrix dx) => InputGradient(shape, dy, w, default, dx, Activation.Identity);

    /// <summary>As above, then φ(· + b) with a bias for each channel: a transposed convolution's forward.</summary>
    internal void InputGradient(ConvShape shape, Matrix dy, Matrix w, ArrayView<float> b, Matrix dx, Activation activation)
    {
        Fits(shape, dx, w, dy);
        Fits(b, shape.Channels, "channels");
        var product = new InputProduct
        {
            DY = dy.Data, W = w.Data, Bias = b.Length == 0 ? w.Data : b, DX = dx.Data, Shape = shape, ByStride = new Divisor(shape.Stride), Batch = dy.Rows,
            DYStride = dy.Stride, WStride = w.Stride, DXStride = dx.Stride, HasBias = b.Length == 0 ? 0 : 1, Activation = activation,
        };
        using var launch = Announce("Convolution.InputGradient", shape, dy.Rows, b.Length);
        if (_input is null)
        {
            LaunchWide(product);
            return;
        }
        int s = shape.Stride;
        int columns = dy.Rows * ((shape.Height - 1) / s + 1) * ((shape.Width - 1) / s + 1);
        _input.Launch(product, product.Rows, columns, planes: s * s);
    }

    /// <summary>dw = Σ dy·windows(x)ᵀ, or dw += it.</summary>
    /// <param name="shape">The geometry.</param>
    /// <param name="x">[N, C·H·W].</param>
    /// <param name="dy">[N, F·Ho·Wo].</param>
    /// <param name="dw">[F, C·kh·kw]; must not overlap the inputs.</param>
    /// <param name="accumulate">Whether to add to dw instead of overwriting it.</param>
    /// <param name="scratch"><see cref="WeightScratch"/> floats, overwritten; with fewer it is slower where the device is a GPU, and the sums have another order.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void WeightGradient(ConvShape shape, Matrix x, Matrix dy, Matrix dw, bool accumulate, ArrayView<float> scratch = default)
    {
        Fits(shape, x, dw, dy);
        var product = new WeightProduct
        {
            X = x.Data, DY = dy.Data, DW = dw.Data, Shape = shape, By = new Divisors(shape), Batch = x.Rows,
            XStride = x.Stride, DYStride = dy.Stride, DWStride = dw.Stride, Accumulate = accumulate ? 1 : 0,
        };
        using var launch = Announce("Convolution.WeightGradient", shape, x.Rows, accumulate ? dw.Elements : 0);
        if (_weight is null)
        {
            LaunchWide(product);
            return;
        }
        var (parts, windows) = PartsOf(shape, x.Rows, scratch.Length);
        product.Windows = windows;
        if (parts > 1)
            (product.DW, product.DWStride, product.PartSize, product.Accumulate) = (scratch, shape.Taps, shape.Features * shape.Taps, 0);
        _weight.Launch(product, product.Rows, product.Columns, planes: parts);
        if (parts > 1)
            _addParts!(_device.Stream, shape.Features * shape.Taps, scratch, dw.Data, new PartSums(parts, shape.Features * shape.Taps, shape.Taps, dw.Stride, accumulate ? 1 : 0));
    }

    /// <summary>All three methods multiply every window by every kernel and touch images, maps and weights.</summary>
    private IDisposable? Announce(string name, ConvShape shape, long batch, long moreFloats) => _device.Profiler?.Begin(
        name, $"{batch} of {shape}", 2 * batch * shape.MapColumns * shape.Taps,
        sizeof(float) * (batch * (shape.ImageColumns + (long)shape.MapColumns) + (long)shape.Features * shape.Taps + moreFloats));

    private static void Fits(ConvShape shape, Matrix image, Matrix w, Matrix map)
    {
        bool fits = shape.Channels > 0 && image.Columns == shape.ImageColumns && map.Columns == shape.MapColumns && image.Rows == map.Rows
            && w.Rows == shape.Features && w.Columns == shape.Taps;
        if (!fits)
            throw new ArgumentException($"Images {image}, weights {w} and maps {map} do not fit a convolution {shape}.");
    }

    private static void Fits(ArrayView<float> bias, int length, string of)
    {
        if (bias.Length != 0 && bias.Length != length)
            throw new ArgumentException($"{bias.Length} biases do not fit {length} {of}.", nameof(bias));
    }
}
