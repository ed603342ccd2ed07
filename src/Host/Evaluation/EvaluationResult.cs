namespace GpuCgan.Host.Evaluation;

/// <summary>One score of generated images, and the same score for real training images in their place.</summary>
internal sealed record Score(double Generated, double Real);

/// <summary>The scores of all images, or of one class. A score that has no meaning there is null: a class without test images, or with too few for its neighbours.</summary>
internal sealed record Scores(Score? LabelAccuracy, Score? Cas, Score? Fid, Score? Precision, Score? Recall, Score? Density, Score? Coverage);

/// <summary>One class.</summary>
/// <param name="Label">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Images">Generated images of it.</param>
/// <param name="RealImages">Real training images that took their place for the second figure of each score.</param>
/// <param name="TestImages">Real held-out images of it.</param>
/// <param name="Scores">Of these alone.</param>
internal sealed record ClassEvaluation(int Label, string Name, int Images, int RealImages, int TestImages, Scores Scores);

/// <summary>What was judged against.</summary>
/// <param name="Name">As <c>--data</c> names it.</param>
/// <param name="TrainSha256">Of the training part.</param>
/// <param name="TestSha256">Of the held-out part.</param>
/// <param name="TrainImages">Images of the training part.</param>
/// <param name="TestImages">Images of the held-out part.</param>
/// <param name="Split">How they were parted.</param>
/// <param name="TrainedOn">Whether the run was trained on this very training part.</param>
internal sealed record EvaluationData(string Name, string TrainSha256, string TestSha256, int TrainImages, int TestImages, string Split, bool TrainedOn);

/// <summary>The classifier that reads the images.</summary>
/// <param name="Id">Equal for equal classifiers; the name of the file that it is kept in.</param>
/// <param name="TestAccuracy">On the held-out images.</param>
/// <param name="Features">Features an image, of its last hidden layer.</param>
/// <param name="Cached">Whether it was there already.</param>
internal sealed record EvaluationClassifier(string Id, double TestAccuracy, int Features, bool Cached);

/// <summary><c>counts[label][read]</c> of generated images under the label that was asked for, and of as many real training images.</summary>
internal sealed record EvaluationConfusion(int[][] Generated, int[][] Real);

/// <summary>
/// Whether generated images are copies of training images: the distance of each to its nearest training image, beside the same of held-out real images, which nobody copied. A
/// distance is the root mean square of the pixels' differences, 1 between black and white.
/// </summary>
/// <param name="Images">Generated images that were looked at.</param>
/// <param name="TestImages">Held-out images that were looked at.</param>
/// <param name="Generated">The median distance of generated images.</param>
/// <param name="HeldOut">The median distance of held-out images.</param>
/// <param name="CloserShare">The probability that a generated image is nearer to the training images than a held-out one: 0.5 where both are alike, 1 where all are copies.</param>
/// <param name="CopyDistance">The distance that one in a hundred held-out images falls below.</param>
/// <param name="CopyShare">The share of generated images below that distance: 0.01 where both are alike.</param>
internal sealed record Memorisation(int Images, int TestImages, double Generated, double HeldOut, double CloserShare, double CopyDistance, double CopyShare);

/// <summary>All that <c>evaluate</c> measured: what evaluation.json holds.</summary>
internal sealed record EvaluationResult
{
    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string CurrentFormat = "gpucgan-evaluation-1";

    public required string Format { get; init; }

    /// <summary>Of the program.</summary>
    public required string Version { get; init; }

    public required string Backend { get; init; }

    public required string Device { get; init; }

    /// <summary>The checkpoint's file name.</summary>
    public required string Checkpoint { get; init; }

    public required long Step { get; init; }

    /// <summary>The recipe's name.</summary>
    public required string Recipe { get; init; }

    /// <summary>The run's seed.</summary>
    public required ulong RunSeed { get; init; }

    /// <summary>The seed of the generated images' noise.</summary>
    public required ulong Seed { get; init; }

    public required EvaluationData Data { get; init; }

    public required EvaluationClassifier Classifier { get; init; }

    /// <summary>Generated images.</summary>
    public required int Images { get; init; }

    /// <summary>Real training images in the place of the generated ones: fewer where the training part has fewer.</summary>
    public required int RealImages { get; init; }

    /// <summary>k of precision, recall, density and coverage.</summary>
    public required int Neighbours { get; init; }

    public required Scores Scores { get; init; }

    /// <summary>Each class; none where no label was asked for.</summary>
    public required IReadOnlyList<ClassEvaluation> Classes { get; init; }

    /// <summary>Null where no label was asked for.</summary>
    public required EvaluationConfusion? Confusion { get; init; }

    /// <summary>Why scores are missing; null where none is.</summary>
    public string? Note { get; init; }

    /// <summary>Null in evaluations of before it was measured.</summary>
    public Memorisation? Memorisation { get; init; }

    /// <summary>Wall time of it all, but for opening the device and reading the data.</summary>
    public required double Seconds { get; init; }
}
