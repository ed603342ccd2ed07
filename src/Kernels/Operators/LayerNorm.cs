using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Layer normalisation (Ba, Kiros and Hinton 2016) of x [M, N]: each sample over its own N features, with a scale and a shift for each feature and an activation f behind it.
/// <see cref="Forward"/> overwrites y and each sample's mean and 1/√(σ² + ε); <see cref="Backward"/> needs x, y, γ and those.
/// </summary>
/// <remarks>A sample's output does not depend on its batch, so training and sampling are the same. See <see cref="SegmentNorm"/> for the formulas and the order of the sums.</remarks>
public sealed class LayerNorm(ComputeDevice device)
{
    private readonly SegmentNorm _norm = new(device);

    /// <summary>y = f(γ·x̂ + β). Overwrites y, mean and inverseDeviation.</summary>
    /// <param name="x">[M, N].</param>
    /// <param name="gamma">[N].</param>
    /// <param name="beta">[N].</param>
    /// <param name="y">[M, N]; may be x where no backward follows.</param>
    /// <param name="mean">[M], for backward.</param>
    /// <param name="inverseDeviation">[M], for backward.</param>
    /// <param name="epsilon">ε, positive; 1e-5 is usual.</param>
    /// <param name="activation">f.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or ε is outside of its range.</exception>
    public void Forward(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, Matrix y, ArrayView<float> mean, ArrayView<float> inverseDeviation, float epsilon,
        Activation activation) =>
        _norm.Forward(SegmentNorm.ArgumentsOf("Layer normalisation", x, y, gamma, beta, mean, inverseDeviation, 1, perElement: true, epsilon, activation));

    /// <summary>The gradients of <see cref="Forward"/>, through f too. Overwrites dx; overwrites dγ and dβ or adds to them.</summary>
    /// <param name="x">[M, N], Forward's input.</param>
    /// <param name="y">[M, N], its output.</param>
    /// <param name="dy">[M, N], the gradient behind f.</param>
    /// <param name="gamma">[N], as Forward had it.</param>
    /// <param name="mean">As Forward left it.</param>
    /// <param name="inverseDeviation">As Forward left it.</param>
    /// <param name="dx">[M, N]; may be dy.</param>
    /// <param name="dGamma">[N].</param>
    /// <param name="dBeta">[N].</param>
    /// <param name="scratch">Twice [M], overwritten.</param>
    /// <param name="activation">f.</param>
    /// <param name="accumulate">Whether to add to dγ and dβ instead of overwriting them.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(
        Matrix x, Matrix y, Matrix dy, ArrayView<float> gamma, ArrayView<float> mean, ArrayView<float> inverseDeviation, Matrix dx, ArrayView<float> dGamma,
        ArrayView<float> dBeta, ArrayView<float> scratch, Activation activation, bool accumulate)
    {
        // β and ε play no part behind Forward.
        var arguments = SegmentNorm.ArgumentsOf("Layer normalisation", x, y, gamma, gamma, mean, inverseDeviation, 1, perElement: true, 1, activation);
        _norm.Backward(arguments, SegmentNorm.GradientsOf("Layer normalisation", arguments, x, dy, dx, dGamma, dBeta, scratch), dGamma, dBeta, accumulate);
    }
}
