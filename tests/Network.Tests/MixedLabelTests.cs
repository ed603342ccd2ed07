using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class MixedLabelTests
{
    private static float[] OneHot(int label) => [.. Enumerable.Range(0, TinyGan.Classes).Select(c => c == label ? 1f : 0f)];

    [Theory]
    [InlineData(GeneratorLabelKind.None), InlineData(GeneratorLabelKind.OneHot), InlineData(GeneratorLabelKind.Embedding), InlineData(GeneratorLabelKind.Multiply)]
    public void ALatentVectorUnderOneLabelGivesTheImageThatItWasTakenFrom(GeneratorLabelKind label)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorLabel = label, DiscriminatorLabel = label == GeneratorLabelKind.None ? DiscriminatorLabelKind.None : DiscriminatorLabelKind.OneHot });
        for (int i = 0; i < 3; i++)
            gan.TrainStep();
        // Rows of the first block and beyond; more images than a block holds.
        foreach (int image in (int[])[0, 5, 70])
            Assert.Equal(gan.Sample([2], image, 1, 9), gan.Draw(gan.Latent(2, image, 9), OneHot(2)));
        float[] z = gan.Latent(1, 0, 9), many = [.. Enumerable.Repeat(z, 70).SelectMany(v => v)], labels = [.. Enumerable.Repeat(OneHot(1), 70).SelectMany(v => v)];
        float[] one = gan.Sample([1], 0, 1, 9);
        Assert.Equal(Enumerable.Repeat(one, 70).SelectMany(v => v), gan.Draw(many, labels));
        Assert.NotEqual(z, gan.Latent(1, 1, 9));
        Assert.NotEqual(z, gan.Latent(1, 0, 10));
    }

    [Theory]
    [InlineData(GeneratorLabelKind.OneHot), InlineData(GeneratorLabelKind.Embedding), InlineData(GeneratorLabelKind.Multiply)]
    public void AMixtureLiesBetweenItsLabels(GeneratorLabelKind label)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, TinyGan.Recipe with { GeneratorLabel = label });
        float[] z = gan.Latent(0, 0, 4);
        float[] At(float share) => gan.Draw(z, [1 - share, share, 0]);
        double Distance(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum());
        float[] from = At(0), to = At(1);
        Assert.True(Distance(from, to) > 0);
        for (float share = 0.25f; share < 1; share += 0.25f)
        {
            Assert.True(Distance(from, At(share)) < Distance(from, At(share + 0.25f)));
            Assert.True(Distance(to, At(share)) < Distance(to, At(share - 0.25f)));
        }
    }

    [Fact]
    public void NumbersThatDoNotFitAreRefused()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device);
        Assert.Throws<ArgumentException>(() => gan.Draw(new float[4], OneHot(0)));
        Assert.Throws<ArgumentException>(() => gan.Draw(new float[5], new float[2]));
    }
}
