using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>A step has branches, which a recorded one does side by side: whatever order that comes to, all memory holds the same bits.</summary>
public class BranchTests
{
    private static readonly ImageShape Image = new(8, 8, 1);

    public static TheoryData<string> Recipes => [.. RecipeFile.Names];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void TheBranchesOfABuiltInRecipeMayRunInAnyOrder(string name)
    {
        var recipe = RecipeFile.Load(name);
        InAnyOrder(recipe with { BatchSize = 4, NCritic = Math.Min(2, recipe.NCritic), Latent = 5 }, Image);
    }

    /// <summary>What no built-in recipe has.</summary>
    private static readonly Dictionary<string, Recipe> Others = new()
    {
        ["options of the step"] = TinyGan.Everything,
        ["learnt codes and new images"] = TinyGan.Recipe with { GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, GeneratorBatch = GeneratorBatchKind.Fresh, GeneratorAverage = 0.9f },
        ["a critic"] = CriticTests.Everything,
        ["a penalty at real pairs"] = TinyGan.Steady with { Regularizer = RegularizerKind.ZeroCentredPenalty, DiscriminatorLabel = DiscriminatorLabelKind.Embedding },
        ["a penalty and a projection"] = TinyGan.Recipe with { Regularizer = RegularizerKind.GradientPenalty, DiscriminatorLabel = DiscriminatorLabelKind.Projection, NCritic = 2, GeneratorBatch = GeneratorBatchKind.Fresh },
        ["normalised weights and classes"] = TinyGan.Recipe with { SpectralNorm = true, DiscriminatorLabel = DiscriminatorLabelKind.Auxiliary, Discriminator = ["linear 150", "leaky_relu 0.2", "linear 1+classes"], GeneratorBatch = GeneratorBatchKind.Fresh },
        ["packs"] = TinyGan.Recipe with { Packing = 2 },
        ["packs and a penalty"] = CriticTests.Everything with { Packing = 2, MismatchedPairs = 0 },
        ["layers that are moved on the way"] = TinyGan.Wide,
        ["clipped layers that are moved on the way, and a projection"] = TinyGan.Wide with
        {
            DiscriminatorLabel = DiscriminatorLabelKind.Projection, Objective = ObjectiveKind.Wasserstein, WeightClip = 0.1f, NCritic = 2, DiscriminatorOptimizer = OptimizerKind.Rmsprop, GeneratorOptimizer = OptimizerKind.Sgd, GeneratorAverage = 0.9f,
        },
        ["learnt codes beside layers that are moved on the way"] = TinyGan.Wide with { GeneratorLabel = GeneratorLabelKind.Multiply, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, GeneratorBatch = GeneratorBatchKind.Fresh },
        ["curved layers"] = TinyGan.Recipe with { Discriminator = ["linear 100", "sigmoid", "dropout 0.3", "linear 100", "layer_norm", "tanh", "dropout 0.3", "linear 1"] },
    };

    public static TheoryData<string> OtherNames => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void TheBranchesOfOtherRecipesMayRunInAnyOrder(string what) => InAnyOrder(Others[what], TinyGan.Image);

    /// <summary>What a device that one launch does not fill waits for. Without branches all 64 would stand in a row.</summary>
    [Fact]
    public void AStepOfMlpClassicIs39LaunchesLong()
    {
        Train(new Recipe { BatchSize = 4 }, new(28, 28, 1), inOrder: false, out var launches);
        Assert.Equal((28, 64, 39), launches);
    }

    private static void InAnyOrder(Recipe recipe, ImageShape image)
    {
        var plain = Train(recipe, image, inOrder: true, out _);
        var reordered = Train(recipe, image, inOrder: false, out var launches);
        // Weight gradients and sums of all layers, at the least.
        Assert.True(launches.Beside >= launches.All / 6, $"{launches}");
        Assert.True(launches.InARow <= launches.All * 5 / 6, $"{launches}");
        for (int i = 0; i < plain.Length; i++)
            Assert.True(plain[i].AsSpan().SequenceEqual(reordered[i]), $"array {i} of {plain.Length}, {plain[i].Length} bytes");
    }

    /// <summary>All memory behind two steps.</summary>
    private static byte[][] Train(Recipe recipe, ImageShape image, bool inOrder, out (int Beside, int All, int InARow) launches)
    {
        const int images = 20;
        // In order, two threads move weights by their gradients' products; what is recorded has branches instead.
        using var device = ComputeDevice.Open("cpu", inOrder ? 2 : 1);
        var memory = new HostMemory(device);
        using var gan = new ConditionalGan(device, recipe, image, TinyGan.Classes, 3);
        var pixels = new byte[images * image.Pixels];
        new Random(5).NextBytes(pixels);
        gan.Load(pixels, [.. Enumerable.Range(0, images).Select(i => (byte)(i % TinyGan.Classes))]);
        var reordered = new ReorderedStep(device, memory);
        foreach (bool lastSideFirst in (bool[])[false, true])
        {
            if (inOrder)
                gan.StepOnDevice();
            else
                reordered.Run(gan.StepOnDevice, lastSideFirst);
        }
        launches = reordered.Launches;
        return memory.Read();
    }
}
