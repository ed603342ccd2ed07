namespace GpuCgan.Kernels.Tests;

/// <summary>Comparisons with a reference that a NaN never passes.</summary>
internal static class Close
{
    /// <summary>Every element finite and |a − r| ≤ atol + rtol·|r|.</summary>
    public static void Assert(double[,] reference, float[,] actual, double atol, double rtol, string context)
    {
        Xunit.Assert.Equal((reference.GetLength(0), reference.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        for (int i = 0; i < reference.GetLength(0); i++)
        {
            for (int j = 0; j < reference.GetLength(1); j++)
                Assert(reference[i, j], actual[i, j], atol, rtol, $"{context}, element ({i}, {j})");
        }
    }

    public static void Assert(double reference, float actual, double atol, double rtol, string context) =>
        Xunit.Assert.True(float.IsFinite(actual) && Math.Abs(actual - reference) <= atol + rtol * Math.Abs(reference),
            $"{context}: {actual:R} is not {reference:R} within {atol} + {rtol}·|r|.");

    public static void AssertEqual(double[,] reference, float[,] actual, string context) => Assert(reference, actual, 0, 0, context);
}
