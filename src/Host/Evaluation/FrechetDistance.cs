using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace GpuCgan.Host.Evaluation;

/// <summary>
/// The Fréchet distance of Heusel et al. 2017 ("GANs trained by a two time-scale update rule converge to a local Nash equilibrium"), with the features of our own classifier in
/// place of Inception's: for the normal distributions that have the mean μ and the unbiased covariance Σ of two sets of features,
/// |μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2·tr (Σ₁^½ Σ₂ Σ₁^½)^½. In double.
/// </summary>
/// <remarks>
/// Written with symmetric eigenvalues, so that it stays real and finite where a covariance is singular: with Σ₁ = Q·Λ·Qᵀ the last trace is the sum of the roots of the eigenvalues of
/// Λ^½ Qᵀ Σ₂ Q Λ^½. The product Σ₁Σ₂ of most implementations is not symmetric and its root may turn out complex.
/// </remarks>
internal sealed class FrechetDistance
{
    private readonly Moments _reference;

    /// <summary>Q·Λ^½ of the reference.</summary>
    private readonly Matrix<double> _root;

    /// <summary>For distances from <paramref name="reference"/>.</summary>
    /// <exception cref="ArgumentException">There are fewer than two images.</exception>
    public FrechetDistance(LabelledFeatures reference)
    {
        // The order of a sum must not depend on how many cores there are.
        Control.UseSingleThread();
        _reference = new Moments(reference);
        var eigen = _reference.Covariance.Evd(Symmetricity.Symmetric);
        _root = eigen.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(eigen.EigenValues.Map(value => Root(value.Real)));
    }

    /// <exception cref="ArgumentException">There are fewer than two images, or features of another width.</exception>
    public double To(LabelledFeatures other)
    {
        var moments = new Moments(other);
        var mean = moments.Mean - _reference.Mean;
        var product = _root.TransposeThisAndMultiply(moments.Covariance * _root);
        double roots = (product + product.Transpose()).Multiply(0.5).Evd(Symmetricity.Symmetric).EigenValues.Sum(value => Root(value.Real));
        // Rounding may leave a little less than nothing of a distance of 0.
        return Math.Max(0, mean.DotProduct(mean) + _reference.Covariance.Trace() + moments.Covariance.Trace() - 2 * roots);
    }

    /// <summary>An eigenvalue that is 0 may have been rounded below it.</summary>
    private static double Root(double eigenvalue) => Math.Sqrt(Math.Max(0, eigenvalue));

    private sealed class Moments
    {
        public Moments(LabelledFeatures features)
        {
            if (features.Count < 2)
                throw new ArgumentException($"{features.Count} images have no covariance.", nameof(features));
            int width = features.Width;
            var mean = new double[width];
            for (int i = 0; i < features.Count; i++)
            {
                var point = features[i];
                for (int j = 0; j < width; j++)
                    mean[j] += point[j];
            }
            for (int j = 0; j < width; j++)
                mean[j] /= features.Count;

            var covariance = new double[width, width];
            var centred = new double[width];
            for (int i = 0; i < features.Count; i++)
            {
                var point = features[i];
                for (int j = 0; j < width; j++)
                    centred[j] = point[j] - mean[j];
                for (int j = 0; j < width; j++)
                {
                    for (int k = 0; k <= j; k++)
                        covariance[j, k] += centred[j] * centred[k];
                }
            }
            for (int j = 0; j < width; j++)
            {
                for (int k = 0; k <= j; k++)
                    covariance[k, j] = covariance[j, k] /= features.Count - 1;
            }
            Mean = Vector<double>.Build.Dense(mean);
            Covariance = Matrix<double>.Build.DenseOfArray(covariance);
        }

        public Vector<double> Mean { get; }

        public Matrix<double> Covariance { get; }
    }
}
