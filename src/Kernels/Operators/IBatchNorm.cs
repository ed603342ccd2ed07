using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>What <see cref="BatchNorm"/>, by columns, and <see cref="BatchNorm2d"/>, by channels of images, have in common; shapes and formulas are theirs.</summary>
public interface IBatchNorm
{
    /// <summary>Training: y = f(γ·x̂ + β) with the statistics of this batch.</summary>
    void Forward(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, ArrayView<float> mean, ArrayView<float> inverseDeviation, BatchNormOptions options, Activation activation);

    /// <summary>Sampling: y = f(γ·x̂ + β) with the running estimates.</summary>
    void Infer(
        Matrix x, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        Matrix y, BatchNormOptions options, Activation activation);

    /// <summary>The gradients of <see cref="Forward"/>, through f too.</summary>
    void Backward(
        Matrix x, Matrix y, Matrix dy, ArrayView<float> gamma, ArrayView<float> mean, ArrayView<float> inverseDeviation,
        Matrix dx, ArrayView<float> dGamma, ArrayView<float> dBeta, Activation activation, bool accumulate);
}
