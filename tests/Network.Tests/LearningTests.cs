using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

/// <summary>
/// Built-in recipes learn a tiny set in a few hundred steps: images of 4×4 pixels of which one quarter is bright, a label's own. Networks, objective, labels and everything else are the recipe's; batches are small and
/// rates are those of a short run.
/// </summary>
public class LearningTests
{
    private const int Count = 50;

    /// <summary>The name and steps; whether G knows labels and learns what they mean.</summary>
    public static TheoryData<string, int, bool> Recipes => new()
    {
        { "acgan", 900, true },
        { "class-vector", 300, true },
        // No label reaches its D, so that G cannot learn what one means.
        { "class-vector-ones", 200, false },
        { "conv", 400, true },
        { "dcgan", 200, false },
        { "dcgan-conditional", 700, true },
        { "gan", 800, false },
        { "mlp", 600, true },
        { "mlp-classic", 600, true },
        { "projection", 300, true },
        { "projection-r1", 300, true },
        { "wgan", 300, false },
        { "wgan-gp", 500, true },
    };

    [Theory]
    [MemberData(nameof(Recipes))]
    public void EveryRecipeLearns(string name, int steps, bool learnsLabels)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, ShortRun(name));
        gan.Plan(steps);
        var untrained = Score(gan);
        for (int i = 0; i < steps; i++)
            gan.TrainStep();
        var trained = Score(gan);

        // The data's bright quarter lies 1.5 above the mean of the others, give or take a tenth.
        Assert.True(trained.Contrast >= 1, $"{name}: the brightest quarter is {trained.Contrast:0.00} above the others.");
        Assert.True(untrained.Contrast <= 0.5, $"{name}: {untrained.Contrast:0.00} before training: the score does not tell learning from luck.");
        if (!learnsLabels)
            return;
        Assert.True(trained.Right >= 0.9, $"{name}: {trained.Right:P0} of the images show their label's quarter.");
        Assert.True(untrained.Right <= 0.7, $"{name}: {untrained.Right:P0} before training: the score does not tell learning from luck.");
        // The same images under labels that say nothing of them.
        Assert.True(trained.Blind <= 0.7, $"{name}: {trained.Blind:P0} under shuffled labels.");
    }

    private static Recipe ShortRun(string name)
    {
        var recipe = RecipeFile.Load(name) with { BatchSize = 8, GeneratorLearningRate = 1e-3f, DiscriminatorLearningRate = 1e-3f };
        // D's slope is bounded by its clip; under that of long runs it is too flat for a short one.
        return recipe.WeightClip > 0 ? recipe with { WeightClip = 0.1f } : recipe;
    }

    /// <summary>
    /// The share of images whose brightest quarter is the label's; that share when the images of every label are dealt out to all three; and by how much the brightest quarter is above the mean of the others.
    /// </summary>
    private static (double Right, double Blind, double Contrast) Score(ConditionalGan gan)
    {
        var images = gan.Sample([0, 1, 2], 0, Count, 11);
        int right = 0, blind = 0;
        double contrast = 0;
        for (int i = 0; i < TinyGan.Classes * Count; i++)
        {
            var means = new double[4];
            for (int p = 0; p < TinyGan.Image.Pixels; p++)
                means[p / 8 * 2 + p % 4 / 2] += images[i * TinyGan.Image.Pixels + p] / 4;
            int brightest = Array.IndexOf(means, means.Max());
            right += brightest == i / Count ? 1 : 0;
            blind += brightest == i % TinyGan.Classes ? 1 : 0;
            contrast += means.Max() - (means.Sum() - means.Max()) / 3;
        }
        double all = TinyGan.Classes * Count;
        return (right / all, blind / all, contrast / all);
    }
}
