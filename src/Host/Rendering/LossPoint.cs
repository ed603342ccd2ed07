using GpuCgan.Host.Runs;

namespace GpuCgan.Host.Rendering;

/// <summary>What one log interval of training measured. A value that is not finite leaves a gap in its curve.</summary>
/// <param name="Step">The step at which the interval ended.</param>
/// <param name="DiscriminatorLoss">The mean loss of D.</param>
/// <param name="GeneratorLoss">The mean loss of G.</param>
/// <param name="RealScore">D(x), the mean of what D says about real images: a probability, or a critic's score.</param>
/// <param name="FakeScore">D(G(z)), the mean of what D says about generated images.</param>
internal readonly record struct LossPoint(
    double Step, double DiscriminatorLoss, double GeneratorLoss, double RealScore, double FakeScore)
{
    /// <summary>The norm of D's gradient.</summary>
    public double DiscriminatorGradient { get; init; } = double.NaN;

    /// <summary>The norm of G's gradient.</summary>
    public double GeneratorGradient { get; init; } = double.NaN;

    /// <summary>The mean distance between two real images of a class.</summary>
    public double RealDistance { get; init; } = double.NaN;

    /// <summary>The mean distance between two generated images of a class.</summary>
    public double FakeDistance { get; init; } = double.NaN;

    /// <summary>A line of the log as a point.</summary>
    public static LossPoint Of(MetricsRecord r) => new(r.Step, r.DLoss, r.GLoss, r.DReal, r.DFake)
    {
        DiscriminatorGradient = r.DGradientNorm, GeneratorGradient = r.GGradientNorm, RealDistance = r.RealDistance, FakeDistance = r.FakeDistance,
    };
}
