namespace GpuCgan.Reference;

/// <summary>
/// The games of one output z of D, by the definition: what D pays where it should have said t, what G pays, both derivatives, and the score that a log shows.
/// </summary>
public sealed record ReferenceObjective(
    Func<double, double, double> Discriminator, Func<double, double, double> DiscriminatorDerivative,
    Func<double, double> Generator, Func<double, double> GeneratorDerivative, Func<double, double> Score)
{
    /// <summary>By the names that recipes use.</summary>
    public static IReadOnlyDictionary<string, ReferenceObjective> All { get; } = new Dictionary<string, ReferenceObjective>
    {
        ["binary_cross_entropy"] = new(CrossEntropy, CrossEntropyDerivative, z => CrossEntropy(z, 1), z => -Logistic(-z), Logistic),
        ["minimax"] = new(CrossEntropy, CrossEntropyDerivative, z => -CrossEntropy(z, 0), z => -Logistic(z), Logistic),
        ["maximum_likelihood"] = new(CrossEntropy, CrossEntropyDerivative, z => -Math.Exp(z), z => -Math.Exp(z), Logistic),
        ["least_squares"] = new((z, t) => Math.Pow(z - t, 2) / 2, (z, t) => z - t, z => Math.Pow(z - 1, 2) / 2, z => z - 1, z => z),
        ["hinge"] = new(
            (z, t) => t * Math.Max(0, 1 - z) + (1 - t) * Math.Max(0, 1 + z), (z, t) => (z < 1 ? -t : 0) + (z > -1 ? 1 - t : 0), z => -z, _ => -1, z => z),
        ["wasserstein"] = new((z, t) => (1 - t) * z - t * z, (_, t) => 1 - 2 * t, z => -z, _ => -1, z => z),
    };

    /// <summary>−t·ln σ(z) − (1 − t)·ln(1 − σ(z)), with ln σ(z) = −ln(1 + e⁻ᶻ).</summary>
    public static double CrossEntropy(double z, double t) => t * LogOnePlus(Math.Exp(-z)) + (1 - t) * LogOnePlus(Math.Exp(z));

    public static double CrossEntropyDerivative(double z, double t) => (1 - t) * Logistic(z) - t * Logistic(-z);

    public static double Logistic(double z) => 1 / (1 + Math.Exp(-z));

    /// <summary>ln(1 + x), which .NET lacks: by series where 1 + x has no digits left for x.</summary>
    private static double LogOnePlus(double x) => x < 1e-6 ? x - x * x / 2 : Math.Log(1 + x);
}
