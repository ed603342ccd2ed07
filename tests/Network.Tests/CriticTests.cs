using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Profiling;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>What keeps a critic in bounds, in whole steps: penalties, spectrally normalised and clipped weights, and the optimisers that go with them.</summary>
public class CriticTests
{
    /// <summary>16 and 16 units at this size: the reference takes every sample's Jacobian anew for every weight.</summary>
    private static readonly Recipe Small = TinyGan.Steady with
    {
        Discriminator = ["linear 100", "leaky_relu 0.2", "linear 100", "leaky_relu 0.2", "linear 1"], Objective = ObjectiveKind.Wasserstein,
    };

    private static readonly Recipe Penalised = Small with { Regularizer = RegularizerKind.GradientPenalty };

    private static readonly Recipe Spectral = Small with { SpectralNorm = true };

    /// <summary>Everything a critic may have at once.</summary>
    public static readonly Recipe Everything = TinyGan.Everything with
    {
        Objective = ObjectiveKind.Hinge, Regularizer = RegularizerKind.GradientPenalty, SpectralNorm = true, DiscriminatorOptimizer = OptimizerKind.Rmsprop,
        GeneratorOptimizer = OptimizerKind.Sgd, SgdMomentum = 0.5f, DiscriminatorLabel = DiscriminatorLabelKind.Embedding,
    };

    public static TheoryData<Recipe> Bounded =>
    [
        Penalised,
        Penalised with { RegularizerWeight = 3, InstanceNoise = 0.2f, MismatchedPairs = 0.25f, DiscriminatorLabel = DiscriminatorLabelKind.Embedding },
        Small with { Regularizer = RegularizerKind.ZeroCentredPenalty, Objective = ObjectiveKind.BinaryCrossEntropy, RegularizerWeight = 5 },
        Penalised with { GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None, NCritic = 2 },
        Spectral,
        Spectral with { Objective = ObjectiveKind.Hinge, DiscriminatorLabel = DiscriminatorLabelKind.Embedding },
        Spectral with { Regularizer = RegularizerKind.GradientPenalty },
        Penalised with { DiscriminatorLabel = DiscriminatorLabelKind.Projection, MismatchedPairs = 0.25f },
        Small with { Regularizer = RegularizerKind.ZeroCentredPenalty, DiscriminatorLabel = DiscriminatorLabelKind.Projection, MismatchedPairs = 0.25f },
        Small with { Regularizer = RegularizerKind.ZeroCentredPenalty, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, MismatchedPairs = 0.25f },
        Penalised with { Packing = 2 },
        Penalised with { Packing = 4, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, SpectralNorm = true },
        Penalised with { Packing = 2, GeneratorLabel = GeneratorLabelKind.None, DiscriminatorLabel = DiscriminatorLabelKind.None },
        Small with { Packing = 2, Regularizer = RegularizerKind.ZeroCentredPenalty, Objective = ObjectiveKind.BinaryCrossEntropy },
    ];

    [Theory]
    [MemberData(nameof(Bounded))]
    public void TheDiscriminatorsGradientIsThatOfLossAndPenalty(Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        var weights = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        var statistics = TinyGan.Tensors(gan.DiscriminatorParameters.Statistics);
        gan.TrainDiscriminator();
        var seen = TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, TinyGan.Image.Pixels));
        int[] labels = TinyGan.Read(gan.Batch.Labels);
        int rows = recipe.BatchSize, real = rows - (int)Math.Ceiling(recipe.MismatchedPairs * rows);
        double[,]? points = gan.PenaltyPoints is { } at ? TinyGan.Read(at) : null;

        double penalty = 0, slope = 0;
        double Loss()
        {
            var used = Used(weights, statistics);
            string name = recipe.Objective switch { ObjectiveKind.Wasserstein => "wasserstein", ObjectiveKind.Hinge => "hinge", _ => "binary_cross_entropy" };
            var reference = new ReferenceGan { Discriminator = used, Packing = recipe.Packing, Objective = ReferenceObjective.All[name] };
            double loss = reference.DiscriminatorLoss(seen, labels, real);
            if (points is null)
                return loss;
            var g = Slopes(points, recipe.Regularizer == RegularizerKind.GradientPenalty ? labels[rows..] : labels[..rows], used, recipe.Packing);
            penalty = ReferencePenalty.Value(g, recipe.Regularizer == RegularizerKind.GradientPenalty ? 1 : 0, recipe.RegularizerWeight);
            slope = ReferencePenalty.Norms(g).Average();
            return loss + penalty;
        }
        GradientCheck.Assert(gan.DiscriminatorParameters, weights, Loss);

        Loss();
        gan.TrainGenerator();
        var metrics = ReadOneStep(gan, recipe);
        Assert.Equal(points is null, metrics.Penalty is null);
        Assert.Equal(points is null, metrics.Slope is null);
        if (points is not null && recipe.NCritic == 1)
        {
            // Sums of at most 19 terms in three layers.
            Assert.Equal(penalty, metrics.Penalty!.Value, 2e-5 * penalty);
            Assert.Equal(slope, metrics.Slope!.Value, 1e-5);
        }
    }

    /// <summary>
    /// The critic's slopes by the pixels of each sample, one image or a pack, each under its label: a projection adds the label's row of its table to the last layer's weights.
    /// </summary>
    private static double[,] Slopes(double[,] points, int[] labels, Dictionary<string, double[,]> critic, int packing)
    {
        int width = points.GetLength(1), inputs = packing * width, pixels = TinyGan.Image.Pixels;
        double[][,] weights = [.. Enumerable.Range(1, 3).Select(i => critic[$"linear{i}.weight"])], biases = [.. Enumerable.Range(1, 3).Select(i => critic[$"linear{i}.bias"])];
        var all = new double[labels.Length / packing, packing * pixels];
        for (int sample = 0; sample < all.GetLength(0); sample++)
        {
            var point = new double[1, inputs];
            Buffer.BlockCopy(points, sample * inputs * sizeof(double), point, 0, inputs * sizeof(double));
            var last = (double[,])weights[2].Clone();
            if (critic.TryGetValue("projection.table", out var table))
            {
                for (int i = 0; i < table.GetLength(1); i++)
                    last[i, 0] += table[labels[sample], i];
            }
            var slope = ReferencePenalty.InputGradients(point, [weights[0], weights[1], last], biases, 0.2, inputs);
            for (int image = 0; image < packing; image++)
                Buffer.BlockCopy(slope, image * width * sizeof(double), all, (sample * packing + image) * pixels * sizeof(double), pixels * sizeof(double));
        }
        return all;
    }

    /// <summary>The step of <see cref="ConditionalGan.TrainStep"/> repeats on a fresh GAN what the parts did.</summary>
    private static StepMetrics ReadOneStep(ConditionalGan gan, Recipe recipe)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var whole = TinyGan.Create(device, recipe);
        whole.TrainStep();
        if (recipe.NCritic == 1)
            Assert.Equal(TinyGan.AllParameters(gan), TinyGan.AllParameters(whole));
        return whole.ReadMetrics();
    }

    [Theory]
    [InlineData(RegularizerKind.GradientPenalty, 1), InlineData(RegularizerKind.ZeroCentredPenalty, 1)]
    [InlineData(RegularizerKind.GradientPenalty, 2), InlineData(RegularizerKind.ZeroCentredPenalty, 2)]
    public void ThePenaltyIsTakenWhereTheRecipeSays(RegularizerKind kind, int packing)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Small with { Regularizer = kind, Packing = packing, MismatchedPairs = packing == 1 ? 0.5f : 0 });
        gan.TrainDiscriminator();
        double[,] pairs = TinyGan.Read(gan.Batch.Pairs), points = TinyGan.Read(gan.PenaltyPoints!.Value);
        int rows = TinyGan.Recipe.BatchSize, pixels = TinyGan.Image.Pixels;
        bool mixed = kind == RegularizerKind.GradientPenalty;
        var shares = new double[rows];
        for (int r = 0; r < rows; r++)
        {
            // ε of the sample, from its pixel where the two differ most.
            int widest = Enumerable.Range(0, pixels).MaxBy(p => Math.Abs(pairs[r, p] - pairs[rows + r, p]));
            double epsilon = shares[r] = (points[r, widest] - pairs[rows + r, widest]) / (pairs[r, widest] - pairs[rows + r, widest]);
            Assert.InRange(epsilon, mixed ? 1e-4 : 1 - 1e-6, mixed ? 1 - 1e-4 : 1 + 1e-6);
            for (int p = 0; p < pixels; p++)
                Assert.Equal(epsilon * pairs[r, p] + (1 - epsilon) * pairs[rows + r, p], points[r, p], 1e-5);
            // Mixed images stand under the label of both, also where the real one was put under a wrong one.
            for (int k = pixels; k < pairs.GetLength(1); k++)
                Assert.Equal(mixed ? pairs[rows + r, k] : pairs[r, k], points[r, k]);
        }
        // One ε for all images of a pack, another for the next pack.
        Assert.All(Enumerable.Range(0, rows), r => Assert.Equal(shares[r / packing * packing], shares[r], 1e-4));
        Assert.Equal(mixed ? rows / packing : 1, shares.Select(share => Math.Round(share, 3)).Distinct().Count());
    }

    [Fact]
    public void TheGeneratorLearnsFromTheNormalisedCritic()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Spectral);
        gan.TrainDiscriminator();
        var before = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var reference = new ReferenceGan
        {
            Generator = before, Objective = ReferenceObjective.All["wasserstein"],
            Discriminator = Used(TinyGan.Tensors(gan.DiscriminatorParameters.Values), TinyGan.Tensors(gan.DiscriminatorParameters.Statistics)),
        };
        gan.TrainGenerator();
        int[] labels = TinyGan.Read(gan.Batch.Labels)[Spectral.BatchSize..];
        var latent = TinyGan.Read(gan.Generator.LastInput.SliceColumns(0, Spectral.Latent));
        GradientCheck.Assert(gan.GeneratorParameters, before, () => reference.GeneratorLoss(latent, labels));
    }

    [Fact]
    public void SigmaComesToBeTheLargestSingularValue()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        // At a rate of nearly nothing the weights stand still and power iteration converges.
        using var gan = TinyGan.Create(device, Spectral with { DiscriminatorLearningRate = 1e-12f });
        for (int i = 0; i < 300; i++)
            gan.TrainDiscriminator();
        var statistics = TinyGan.Tensors(gan.DiscriminatorParameters.Statistics);
        foreach (var (name, w) in TinyGan.Tensors(gan.DiscriminatorParameters.Values).Where(tensor => tensor.Key.EndsWith(".weight", StringComparison.Ordinal)))
        {
            double[] u = [.. Enumerable.Repeat(1.0, w.GetLength(0)).Select((one, i) => one + 0.1 * i)];
            double sigma = 0;
            for (int i = 0; i < 2000; i++)
                (u, _, sigma) = ReferenceSpectralNorm.Iterate(w, u);
            Assert.Equal(sigma, statistics[$"{name}.sigma"][0, 0], 1e-3 * sigma);
        }
    }

    [Theory]
    [InlineData(OptimizerKind.Adam), InlineData(OptimizerKind.Rmsprop), InlineData(OptimizerKind.Sgd)]
    public void AStepMovesOneNetworkByItsOptimiserAndClipsDBehindIt(OptimizerKind kind)
    {
        const float clip = 0.05f;
        var recipe = Small with { GeneratorOptimizer = kind, DiscriminatorOptimizer = kind, WeightClip = clip, SgdMomentum = 0.5f, GeneratorLearningRate = 1e-2f, DiscriminatorLearningRate = 1e-2f };
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, recipe);
        Parameters g = gan.GeneratorParameters, d = gan.DiscriminatorParameters;
        float[] g0 = g.Values.Download(), d0 = d.Values.Download();
        gan.TrainDiscriminator();
        float[] d1 = d.Values.Download();
        Assert.Equal(g0, g.Values.Download());
        Assert.Contains(d0, w => Math.Abs(w) > clip);
        Assert.Contains(d1, w => Math.Abs(w) == clip);
        var gradients = d.Gradients.Download();
        for (int i = 0; i < d0.Length; i++)
            Assert.Equal(Math.Clamp(Moved(d0[i], gradients[i]), -clip, clip), d1[i], 2e-6);

        gan.TrainGenerator();
        Assert.Equal(d1, d.Values.Download());
        float[] g1 = g.Values.Download();
        gradients = g.Gradients.Download();
        // G is not clipped.
        Assert.Contains(g1, w => Math.Abs(w) > clip);
        for (int i = 0; i < g0.Length; i++)
            Assert.Equal(Moved(g0[i], gradients[i]), g1[i], 2e-6);
        // Each remembers in the moments of its own.
        Assert.Equal(kind != OptimizerKind.Rmsprop, g.FirstMoments.Download().Any(m => m != 0));
        Assert.Equal(kind != OptimizerKind.Sgd, g.SecondMoments.Download().Any(v => v != 0));

        // The first step from moments of zero, by the formulas.
        double Moved(double w, double gradient) => kind switch
        {
            OptimizerKind.Adam => w - 1e-2 * gradient / (Math.Abs(gradient) + 1e-8),
            OptimizerKind.Rmsprop => w - 1e-2 * gradient / (Math.Sqrt(0.01 * gradient * gradient) + 1e-8),
            _ => w - 1e-2 * gradient,
        };
    }

    [Fact]
    public void EveryLaunchIsAnnounced()
    {
        using var device = ComputeDevice.Open("cpu", 2, profiling: true);
        using var gan = TinyGan.Create(device, Everything);
        var step = new LaunchRecorder(device).Record(gan.TrainStep);
        Assert.Equal(0, step.Unannounced);
        foreach (string kernel in (string[])["RmsProp", "Sgd", "MixSamples", "GradientNormPenalty", "SpectralNorm.Normalize", "SpectralNorm.Backward"])
            Assert.Contains(step.Launches, launch => launch.Kernel == kernel);
        Assert.DoesNotContain(step.Launches, launch => launch.Kernel is "Adam" or "WeightClip");
    }

    [Theory]
    [InlineData(3), InlineData(4)]
    public void WganGpLearnsWhichImageBelongsToWhichLabel(int seed)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = RecipeFile.Load("wgan-gp") with { BatchSize = 8, Latent = 5, Generator = TinyGan.Recipe.Generator, Discriminator = TinyGan.Steady.Discriminator, GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f };
        using var gan = TinyGan.Create(device, recipe, (ulong)seed);
        double untrained = Quarters(gan).Right;
        for (int i = 0; i < 400; i++)
            gan.TrainStep();
        double trained = Quarters(gan).Right;
        Assert.True(trained >= 0.9, $"{trained:P0} of the images show their label's quarter.");
        Assert.True(untrained <= 0.7, $"{untrained:P0} before training: the score does not tell learning from luck.");
    }

    [Theory]
    [InlineData(3), InlineData(4)]
    public void WganLearnsWhatTheImagesAreLike(int seed)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = RecipeFile.Load("wgan") with { BatchSize = 8, Latent = 5, Generator = TinyGan.Recipe.Generator, Discriminator = TinyGan.Steady.Discriminator, WeightClip = 0.1f, GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f };
        using var gan = TinyGan.Create(device, recipe, (ulong)seed);
        double untrained = Quarters(gan).Contrast;
        for (int i = 0; i < 600; i++)
            gan.TrainStep();
        double trained = Quarters(gan).Contrast;
        // The data's brightest quarter lies 1.5 above the mean of the others, give or take a tenth.
        Assert.True(trained >= 1, $"The brightest quarter is {trained:0.00} above the others.");
        Assert.True(untrained <= 0.5, $"{untrained:0.00} before training.");
    }

    /// <summary>The share of images whose brightest quarter is the label's, and by how much an image's brightest quarter is above the mean of the others.</summary>
    private static (double Right, double Contrast) Quarters(ConditionalGan gan)
    {
        const int count = 50;
        var images = gan.Sample([0, 1, 2], 0, count, 11);
        int right = 0;
        double contrast = 0;
        for (int i = 0; i < 3 * count; i++)
        {
            var means = new double[4];
            for (int p = 0; p < 16; p++)
                means[p / 8 * 2 + p % 4 / 2] += images[i * 16 + p] / 4;
            right += Array.IndexOf(means, means.Max()) == i / count ? 1 : 0;
            contrast += means.Max() - (means.Sum() - means.Max()) / 3;
        }
        return (right / (3.0 * count), contrast / (3 * count));
    }

    /// <summary>The tensors that D's layers multiply by: where there are singular vectors, W/(uᵀ·W·v).</summary>
    private static Dictionary<string, double[,]> Used(Dictionary<string, double[,]> tensors, Dictionary<string, double[,]> statistics) => tensors.ToDictionary(
        tensor => tensor.Key,
        tensor => statistics.TryGetValue($"{tensor.Key}.u", out var u)
            ? ReferenceSpectralNorm.Normalize(tensor.Value, [.. u.Cast<double>()], [.. statistics[$"{tensor.Key}.v"].Cast<double>()]) : tensor.Value);
}
