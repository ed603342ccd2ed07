using GpuCgan.Network.Recipes;

namespace GpuCgan.Modes;

/// <summary>What is compared: a recipe, what a table calls it, and which share of the run's steps it takes.</summary>
internal sealed record Setup(string Name, Recipe Recipe, double Share = 1)
{
    /// <summary>
    /// The game of the recipe `gan` between networks that a few thousand steps suffice for: the published experiment takes 400,000, G has four layers of 400 with batch normalisation there, D
    /// as wide as here with maxout. G is slower than D, so that it has reason to settle for what D finds hard to tell.
    /// </summary>
    private static readonly Recipe NonSaturating = RecipeFile.Load("gan") with
    {
        Name = "non-saturating",
        Latent = 2,
        Generator = ["linear 128", "relu", "linear 128", "relu", "linear 128", "relu", "linear image"],
        Discriminator = ["linear 200", "leaky_relu 0.2", "linear 200", "leaky_relu 0.2", "linear 200", "leaky_relu 0.2", "linear 1"],
        ScaleWidths = false,
        BatchSize = 100,
        GeneratorLearningRate = 3e-4f,
        DiscriminatorLearningRate = 1e-3f,
        AdamBeta1 = 0.5f,
    };

    /// <summary>
    /// A pack counts as one sample: D has 100 scores a half in all of them, as the source has it. Twice the batch without packing is what packing is to be held against. A step of wgan-gp is
    /// five of D, so it gets half as many; λ = 0.1 is what the source's own program takes for points.
    /// </summary>
    public static IReadOnlyList<Setup> All { get; } =
    [
        new("non-saturating", NonSaturating),
        new("batches of 200", NonSaturating with { BatchSize = 200 }),
        new("packing 2", NonSaturating with { Packing = 2, BatchSize = 200 }),
        new("packing 3", NonSaturating with { Packing = 3, BatchSize = 300 }),
        new("wgan-gp", NonSaturating with
        {
            Objective = ObjectiveKind.Wasserstein, Regularizer = RegularizerKind.GradientPenalty, RegularizerWeight = 0.1f, NCritic = 5, GeneratorBatch = GeneratorBatchKind.Fresh,
            AdamBeta2 = 0.9f,
        }, Share: 0.5),
        new("minimax", NonSaturating with { Objective = ObjectiveKind.Minimax }),
        new("maximum likelihood", NonSaturating with { Objective = ObjectiveKind.MaximumLikelihood }),
    ];
}
