using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Operators;
using GpuCgan.Network.Augmentations;
using GpuCgan.Network.Recipes;
using GpuCgan.Reference;

namespace GpuCgan.Network.Tests;

/// <summary>The recipe's augmentations, from its fields to G's gradient through them.</summary>
public class AugmentationTests
{
    private const ulong Seed = 3;
    private const int Side = 4;

    private static readonly AugmentRecipe All = new() { Translate = 0.2f, Scale = 0.2f, Rotate = 20, Brightness = 0.3f, Contrast = 0.25f, Cutout = 0.25f };

    public static TheoryData<AugmentRecipe> Kinds => new()
    {
        All,
        // Whole pixels.
        All with { Scale = 0, Rotate = 0 },
        new AugmentRecipe { Scale = 0.3f },
        new AugmentRecipe { Rotate = 30 },
        new AugmentRecipe { Brightness = 0.5f },
        new AugmentRecipe { Contrast = 0.5f },
        new AugmentRecipe { Cutout = 0.5f },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void BothNetworksLearnThroughThem(AugmentRecipe augment)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        var recipe = TinyGan.Steady with
        {
            Augment = augment, Generator = ["linear 100", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 150", "leaky_relu 0.2", "linear 1"],
        };
        using var gan = TinyGan.Create(device, recipe, Seed);
        int rows = recipe.BatchSize, pixels = TinyGan.Image.Pixels;
        var ofD = TinyGan.Tensors(gan.DiscriminatorParameters.Values);
        gan.TrainDiscriminator();

        double[,] images = TinyGan.Read(gan.Batch.Images), seen = TinyGan.Read(gan.Batch.Pairs.SliceColumns(0, pixels)), expected = Changed(images, augment, Purpose.Augmentation(0));
        int changed = 0;
        for (int r = 0; r < 2 * rows; r++)
        {
            // Places among 4 pixels and their weights are rounded by 2⁻²², and an image falls by at most 2 a pixel in both directions.
            for (int i = 0; i < pixels; i++)
                Assert.InRange(Math.Abs(seen[r, i] - expected[r, i]), 0, 1e-5);
            changed += Enumerable.Range(0, pixels).Any(i => Math.Abs(seen[r, i] - images[r, i]) > 1e-3) ? 1 : 0;
        }
        // A cut in a dark corner, or a move of no pixels, leaves an image as it is.
        Assert.InRange(changed, rows, 2 * rows);
        var game = new ReferenceGan { Discriminator = ofD };
        int[] labels = TinyGan.Read(gan.Batch.Labels);
        GradientCheck.Assert(gan.DiscriminatorParameters, ofD, () => game.DiscriminatorLoss(seen, labels, rows));

        var ofG = TinyGan.Tensors(gan.GeneratorParameters.Values);
        var moved = new ReferenceGan { Generator = ofG, Discriminator = TinyGan.Tensors(gan.DiscriminatorParameters.Values) };
        gan.TrainGenerator();
        var latent = TinyGan.Read(gan.Generator.LastLatents);
        // In G's step the images are changed anew, by a stream of its own.
        GradientCheck.Assert(gan.GeneratorParameters, ofG,
            () => moved.GeneratorLoss(latent, labels[rows..], augment: x => Changed(x, augment, Purpose.Augmentation(AugmentationChain.StreamsAUse))));
    }

    [Fact]
    public void OneThreadGivesTheBitsOfTwo()
    {
        float[] Train(int threads)
        {
            using var device = ComputeDevice.Open("cpu", threads);
            using var gan = TinyGan.Create(device, TinyGan.Recipe with { Augment = All, InstanceNoise = 0.1f });
            gan.Plan(10);
            for (int i = 0; i < 10; i++)
                gan.TrainStep();
            return TinyGan.AllParameters(gan);
        }
        var two = Train(2);
        Assert.Equal(two, Train(1));
        Assert.All(two, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void ACutoutOfNoPixelIsRefused()
    {
        using var device = ComputeDevice.Open("cpu", 1);
        var e = Assert.Throws<InvalidDataException>(() => TinyGan.Create(device, TinyGan.Recipe with { Augment = new AugmentRecipe { Cutout = 0.1f } }));
        Assert.Contains("augment.cutout is 0.1, less than a pixel", e.Message, StringComparison.Ordinal);
        Assert.Contains("at least 0.25", e.Message, StringComparison.Ordinal);
    }

    private static double[,] Changed(double[,] images, AugmentRecipe a, uint purpose)
    {
        int rows = images.GetLength(0), cutout = (int)Math.Round(a.Cutout * Side);
        var amounts = ReferenceAugment.Amounts(
            Seed, step: 0, purpose, rows, Side, Side, a.Translate, a.Scale == 0 && a.Rotate == 0, a.Scale, a.Rotate, a.Brightness, a.Contrast, cutout, cutout);
        var result = new double[rows, Side * Side];
        for (int r = 0; r < rows; r++)
        {
            var image = new double[Side, Side];
            for (int i = 0; i < Side * Side; i++)
                image[i / Side, i % Side] = images[r, i];
            var changed = ReferenceAugment.Forward(image, [.. Enumerable.Range(0, 8).Select(k => amounts[r, k])], cutout, cutout, fill: -1);
            for (int i = 0; i < Side * Side; i++)
                result[r, i] = changed[i / Side, i % Side];
        }
        return result;
    }
}
