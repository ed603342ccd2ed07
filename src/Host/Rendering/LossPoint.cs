namespace GpuCgan.Host.Rendering;

/// <summary>What one log interval of training measured. A value that is not finite leaves a gap in its curve.</summary>
/// <param name="Step">The step at which the interval ended.</param>
/// <param name="DiscriminatorLoss">The mean loss of D.</param>
/// <param name="GeneratorLoss">The mean loss of G.</param>
/// <param name="RealScore">D(x), the mean of what D says about real images: a probability, or a critic's score.</param>
/// <param name="FakeScore">D(G(z)), the mean of what D says about generated images.</param>
internal readonly record struct LossPoint(
    double Step, double DiscriminatorLoss, double GeneratorLoss, double RealScore, double FakeScore);
