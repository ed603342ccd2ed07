namespace GpuCgan.Host.Runs;

/// <summary>One line of metrics.jsonl: means over a log interval. A figure that is not finite is written as null and read as NaN; one that the recipe does not have is null here and not in the line.</summary>
/// <param name="Step">Steps done since the start of the training.</param>
/// <param name="Epoch">Passes over the training data, with the fraction of the one under way.</param>
/// <param name="Seconds">Training time, without what went before a resume's start-up.</param>
/// <param name="DLoss">The discriminator's loss.</param>
/// <param name="GLoss">The generator's loss.</param>
/// <param name="DReal">D(x), the discriminator's mean score of real images.</param>
/// <param name="DFake">D(G(z)), its mean score of generated ones.</param>
/// <param name="ImagesPerSecond">Real images taken per second.</param>
public sealed record MetricsRecord(
    long Step,
    double Epoch,
    double Seconds,
    double DLoss,
    double GLoss,
    double DReal,
    double DFake,
    double ImagesPerSecond)
{
    /// <summary>The norm of G's gradient at the end of the interval; NaN in a line of before there was one.</summary>
    public double GGradientNorm { get; init; } = double.NaN;

    /// <summary>The norm of D's gradient.</summary>
    public double DGradientNorm { get; init; } = double.NaN;

    /// <summary>The mean distance between two real images of a class: root mean square of their pixels' differences, 2 between black and white.</summary>
    public double RealDistance { get; init; } = double.NaN;

    /// <summary>The same of generated images.</summary>
    public double FakeDistance { get; init; } = double.NaN;

    /// <summary>What the recipe's regulariser added to D's loss; null where there is none.</summary>
    public double? Penalty { get; init; }

    /// <summary>The mean norm of D's gradient by the image where the regulariser takes it; null where there is none.</summary>
    public double? Slope { get; init; }

    /// <summary>The mean cross-entropy of the classes that D names; null where D names none.</summary>
    public double? ClassLoss { get; init; }

    /// <summary>The share of real images whose class D names.</summary>
    public double? RealClassAccuracy { get; init; }

    /// <summary>The share of generated images that D gives the class that was asked for.</summary>
    public double? FakeClassAccuracy { get; init; }

    /// <summary>Identifiers of the symptoms that were noticed, each at its first time; mostly empty.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
