namespace GpuCgan.Reference;

/// <summary>Objectives of one logit and their derivatives, by the definition.</summary>
public static class ReferenceObjective
{
    /// <summary>−t·ln σ(z) − (1 − t)·ln(1 − σ(z)), with ln σ(z) = −ln(1 + e⁻ᶻ).</summary>
    public static double CrossEntropy(double z, double t) => t * LogOnePlus(Math.Exp(-z)) + (1 - t) * LogOnePlus(Math.Exp(z));

    public static double CrossEntropyDerivative(double z, double t) => (1 - t) * Logistic(z) - t * Logistic(-z);

    public static double Logistic(double z) => 1 / (1 + Math.Exp(-z));

    public static double LeastSquares(double z, double t) => Math.Pow(z - t, 2) / 2;

    public static double LeastSquaresDerivative(double z, double t) => z - t;

    /// <summary>ln(1 + x), which .NET lacks: by series where 1 + x has no digits left for x.</summary>
    private static double LogOnePlus(double x) => x < 1e-6 ? x - x * x / 2 : Math.Log(1 + x);
}
