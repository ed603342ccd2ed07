using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>Gradients on a device against central differences of a loss in double.</summary>
internal static class GradientCheck
{
    // A device's gradient is single precision over sums of at most 8·80 terms: relative 1e-4 of the largest, and the differences' own error is below 1e-8.
    private const double Tolerance = 2e-4;

    // A bias in front of a batch normalisation has the gradient 0, as a sum of at most 16 terms below 1 that cancel: their roundings are 16·2⁻²⁵ at most.
    private const double Floor = 5e-7;

    /// <summary>Each element of each tensor's gradient is the central difference of the loss, whose reference reads <paramref name="tensors"/>.</summary>
    public static void Assert(Parameters parameters, Dictionary<string, double[,]> tensors, Func<double> loss)
    {
        var gradients = TinyGan.Tensors(parameters.Gradients);
        Xunit.Assert.Equal(tensors.Keys, gradients.Keys);
        foreach (var (name, tensor) in tensors)
        {
            var expected = new double[tensor.GetLength(0), tensor.GetLength(1)];
            double largest = 0;
            for (int r = 0; r < expected.GetLength(0); r++)
            {
                for (int c = 0; c < expected.GetLength(1); c++)
                {
                    expected[r, c] = ReferenceGan.Derivative(tensor, r, c, loss);
                    largest = Math.Max(largest, Math.Abs(expected[r, c]));
                }
            }
            for (int r = 0; r < expected.GetLength(0); r++)
            {
                for (int c = 0; c < expected.GetLength(1); c++)
                {
                    Xunit.Assert.True(Math.Abs(gradients[name][r, c] - expected[r, c]) <= Tolerance * largest + Floor,
                        $"{name}[{r}, {c}]: {gradients[name][r, c]} is not {expected[r, c]} (largest {largest}).");
                }
            }
        }
    }
}
