using GpuCgan.Host.Evaluation;
using MathNet.Numerics.LinearAlgebra;

namespace GpuCgan.Host.Tests.Evaluation;

public class FrechetDistanceTests
{
    private static LabelledFeatures Points(int width, params float[] values) => new(values, width, new int[values.Length / width]);

    private static LabelledFeatures Cloud(int count, int width, int seed, Func<int, int, double, double> map)
    {
        var random = new Random(seed);
        var values = new float[count * width];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < width; j++)
                values[i * width + j] = (float)map(i, j, random.NextDouble() + random.NextDouble() - 1);
        }
        return new LabelledFeatures(values, width, new int[count]);
    }

    /// <summary>One dimension: (μ₁ − μ₂)² + (σ₁ − σ₂)².</summary>
    [Fact]
    public void InOneDimensionItIsTheDifferenceOfMeansAndDeviations()
    {
        // Mean 2, variance 2; mean 7, variance 8.
        var a = Points(1, 1, 3);
        var b = Points(1, 5, 9);
        Assert.Equal(25 + Math.Pow(Math.Sqrt(2) - Math.Sqrt(8), 2), new FrechetDistance(a).To(b), 1e-12);
    }

    /// <summary>Two dimensions whose axes do not agree: Σ₁ = diag(2, 0), Σ₂ = [[1, 1], [1, 1]], both singular; tr (Σ₁^½Σ₂Σ₁^½)^½ = √2.</summary>
    [Fact]
    public void SingularCovariancesOfDifferentAxesAreNoTrouble()
    {
        var a = Points(2, -1, 0, 1, 0);
        float r = (float)Math.Sqrt(0.5);
        var b = Points(2, -r, -r, r, r);
        Assert.Equal(2 + 2 - 2 * Math.Sqrt(2), new FrechetDistance(a).To(b), 1e-7);
    }

    [Fact]
    public void ItIsZeroToItselfAndSymmetricAndGrowsWithAShift()
    {
        var a = Cloud(60, 7, 1, (_, j, x) => (j + 1) * x);
        var b = Cloud(50, 7, 2, (_, j, x) => (8 - j) * x + 0.5);
        Assert.Equal(0, new FrechetDistance(a).To(a), 1e-9);
        double ab = new FrechetDistance(a).To(b);
        Assert.Equal(ab, new FrechetDistance(b).To(a), 1e-9);
        var shifted = a with { Values = [.. a.Values.Select(v => v + 2)] };
        // The covariance is the same: 7 dimensions moved by 2.
        Assert.Equal(28, new FrechetDistance(a).To(shifted), 1e-4);
        Assert.True(ab > 1);
    }

    /// <summary>The root of Σ₁Σ₂ by the iteration of Denman and Beavers, which shares nothing with eigenvalues.</summary>
    [Theory]
    [InlineData(3, 40, 5), InlineData(12, 100, 6), InlineData(30, 200, 7)]
    public void ItIsTheDefinitionWithARootFoundOtherwise(int width, int count, int seed)
    {
        var a = Cloud(count, width, seed, (_, j, x) => x * (1 + j % 3) + 0.3 * j);
        var mix = Cloud(width, width, seed + 1, (_, _, x) => x);
        var raw = Cloud(count + 9, width, seed + 2, (_, _, x) => x);
        var values = new float[raw.Values.Length];
        for (int i = 0; i < raw.Count; i++)
        {
            for (int j = 0; j < width; j++)
            {
                for (int k = 0; k < width; k++)
                    values[i * width + j] += raw[i][k] * mix[k][j];
            }
        }
        var b = raw with { Values = values };
        var (meanA, covarianceA) = Moments(a);
        var (meanB, covarianceB) = Moments(b);
        Matrix<double> y = covarianceA * covarianceB, z = Matrix<double>.Build.DenseIdentity(width);
        for (int i = 0; i < 60; i++)
            (y, z) = ((y + z.Inverse()) / 2, (z + y.Inverse()) / 2);
        double expected = Math.Pow((meanA - meanB).L2Norm(), 2) + covarianceA.Trace() + covarianceB.Trace() - 2 * y.Trace();
        Assert.Equal(expected, new FrechetDistance(a).To(b), 1e-6 * expected);
    }

    [Fact]
    public void OneImageHasNoCovariance()
    {
        Assert.Throws<ArgumentException>(() => new FrechetDistance(Points(2, 1, 2)));
        Assert.Throws<ArgumentException>(() => new FrechetDistance(Points(2, 1, 2, 3, 4)).To(Points(2, 1, 2)));
    }

    private static (Vector<double> Mean, Matrix<double> Covariance) Moments(LabelledFeatures features)
    {
        var rows = Matrix<double>.Build.Dense(features.Count, features.Width, (i, j) => features[i][j]);
        var mean = rows.ColumnSums() / features.Count;
        var centred = Matrix<double>.Build.Dense(features.Count, features.Width, (i, j) => rows[i, j] - mean[j]);
        return (mean, centred.TransposeThisAndMultiply(centred) / (features.Count - 1));
    }
}
