using GpuCgan.Network.Recipes;

namespace GpuCgan.Modes;

/// <summary>What is compared: a recipe and what a table calls it.</summary>
internal sealed record Setup(string Name, Recipe Recipe)
{
    /// <summary>G is that of the published experiment, D is as wide and as deep with LeakyReLU where that has maxout, and the first weights are its N(0, 0.02²).</summary>
    private static readonly Recipe NonSaturating = RecipeFile.Load("gan") with
    {
        Name = "non-saturating",
        Latent = 2,
        Generator = [.. Enumerable.Repeat<string[]>(["linear 400", "batch_norm", "relu"], 4).SelectMany(lines => lines), "linear image"],
        Discriminator = [.. Enumerable.Repeat<string[]>(["linear 200", "leaky_relu 0.2"], 3).SelectMany(lines => lines), "linear 1"],
        ScaleWidths = false,
        BatchSize = 100,
        GeneratorLearningRate = 2e-4f,
        DiscriminatorLearningRate = 2e-4f,
        AdamBeta1 = 0.8f,
    };

    public static IReadOnlyList<Setup> All { get; } =
    [
        new("non-saturating", NonSaturating),
        new("packing 2", NonSaturating with { Packing = 2 }),
        new("packing 4", NonSaturating with { Packing = 4 }),
        new("wgan-gp", NonSaturating with
        {
            Objective = ObjectiveKind.Wasserstein, Regularizer = RegularizerKind.GradientPenalty, NCritic = 5, GeneratorBatch = GeneratorBatchKind.Fresh, AdamBeta1 = 0, AdamBeta2 = 0.9f,
        }),
        new("minimax", NonSaturating with { Objective = ObjectiveKind.Minimax }),
        new("maximum likelihood", NonSaturating with { Objective = ObjectiveKind.MaximumLikelihood }),
    ];
}
