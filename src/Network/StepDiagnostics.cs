namespace GpuCgan.Network;

/// <summary>What the last step looked like, beside its losses. A figure that cannot be had is NaN.</summary>
/// <param name="GeneratorGradientNorm">The Euclidean norm of the gradient that G last moved by.</param>
/// <param name="DiscriminatorGradientNorm">The same of D.</param>
/// <param name="RealDistance">
/// The mean distance between two real images of a class in the batch: the root mean square of their pixels' differences, 2 between black and white. NaN where no class is
/// there twice.
/// </param>
/// <param name="GeneratedDistance">The same of generated images. Far below that of the real ones, G has collapsed: it draws about the same image again and again.</param>
public readonly record struct StepDiagnostics(double GeneratorGradientNorm, double DiscriminatorGradientNorm, double RealDistance, double GeneratedDistance);
