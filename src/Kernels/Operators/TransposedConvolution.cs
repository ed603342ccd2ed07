using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// 2-D transposed convolution (Zeiler et al. 2010; Dumoulin and Visin 2016) of maps x [N, I·h·w] with weights w [I, O·kh·kw] to images y [N, O·H·W], H = (h − 1)·stride
/// − 2·padding + kh + output padding: the adjoint of the <see cref="Convolution"/> from y's sizes to x's. Its forward is that one's input gradient and the
/// other way round, and the weight gradient is the same with the roles of x and dy exchanged, so there is no kernel of its own.
/// </summary>
/// <param name="convolution">The three kernels.</param>
public sealed class TransposedConvolution(Convolution convolution)
{
    /// <summary>y = φ(convᵀ(x, w) + b). Overwrites y.</summary>
    /// <param name="shape">The geometry, of <see cref="ConvShape.Transposed"/>: I is its Features, O its Channels.</param>
    /// <param name="x">[N, I·h·w].</param>
    /// <param name="w">[I, O·kh·kw].</param>
    /// <param name="b">[O], or an empty view for no bias.</param>
    /// <param name="y">[N, O·H·W]; must not overlap the inputs.</param>
    /// <param name="activation">φ.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Forward(ConvShape shape, Matrix x, Matrix w, ArrayView<float> b, Matrix y, Activation activation) =>
        convolution.InputGradient(shape, x, w, b, y, activation);

    /// <summary>dx = conv(dy, w). Overwrites dx.</summary>
    /// <param name="shape">The geometry.</param>
    /// <param name="dy">[N, O·H·W].</param>
    /// <param name="w">[I, O·kh·kw].</param>
    /// <param name="dx">[N, I·h·w]; must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void InputGradient(ConvShape shape, Matrix dy, Matrix w, Matrix dx) => convolution.Forward(shape, dy, w, default, dx, Activation.Identity);

    /// <summary>dw[i, o, ·, ·] = Σ x[n, i, p, q]·dy[n, o, …], or dw += it.</summary>
    /// <param name="shape">The geometry.</param>
    /// <param name="x">[N, I·h·w].</param>
    /// <param name="dy">[N, O·H·W].</param>
    /// <param name="dw">[I, O·kh·kw]; must not overlap the inputs.</param>
    /// <param name="accumulate">Whether to add to dw instead of overwriting it.</param>
    /// <param name="scratch"><see cref="Convolution.WeightScratch"/>'s.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void WeightGradient(ConvShape shape, Matrix x, Matrix dy, Matrix dw, bool accumulate, ArrayView<float> scratch = default) =>
        convolution.WeightGradient(shape, dy, x, dw, accumulate, scratch);
}
