using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests.Architecture;

/// <summary>Networks with planes, built from a recipe's lines. The layers' gradients are proven in Layers; here it is that they are joined as the lines say.</summary>
public class ConvolutionalGanTests
{
    private static readonly Recipe Recipe = TinyGan.Recipe with
    {
        Name = "planes",
        Generator = ["linear 6 at 1/2", "batch_norm", "relu", "conv_transpose 5 3x3 stride 2 pad 1 output_pad 1", "instance_norm", "leaky_relu 0.1", "conv image 3x3 pad 1", "tanh"],
        Discriminator = ["conv 5 3x3 stride 2 pad 1", "batch_norm", "leaky_relu 0.2", "upsample", "conv 4 1x1", "relu", "average_pool", "layer_norm", "linear 1"],
        InitialValues = InitialValuesKind.Dcgan,
        GeneratorAverage = 0.9f,
    };

    public static TheoryData<DiscriminatorLabelKind> Labels => [DiscriminatorLabelKind.Planes, DiscriminatorLabelKind.Plane];

    [Theory]
    [MemberData(nameof(Labels))]
    public void AStepMovesEveryTensorOfBothNetworksAndLearnsTheClasses(DiscriminatorLabelKind label)
    {
        using var device = ComputeDevice.Open("cpu", 2);
        using var gan = TinyGan.Create(device, Recipe with { DiscriminatorLabel = label, GeneratorLearningRate = 2e-3f, DiscriminatorLearningRate = 2e-3f });
        var before = new[] { gan.GeneratorParameters, gan.DiscriminatorParameters }.Select(p => TinyGan.Tensors(p.Values)).ToArray();
        for (int i = 0; i < 600; i++)
            gan.TrainStep();
        Assert.True(gan.ReadMetrics().AreFinite);
        foreach (var (parameters, old) in new[] { gan.GeneratorParameters, gan.DiscriminatorParameters }.Zip(before))
        {
            foreach (var (name, tensor) in TinyGan.Tensors(parameters.Values))
                Assert.True(!tensor.Cast<double>().SequenceEqual(old[name].Cast<double>()), $"{name} did not move.");
        }
        // Each class is a bright quarter of its own; a network that does not see the label gives every class the same share.
        var images = gan.Sample([0, 1, 2], 0, 32, seed: 1);
        for (int y = 0; y < 3; y++)
        {
            double[] quarters = [.. Enumerable.Range(0, 4).Select(q => Enumerable.Range(0, 32 * 16)
                .Where(i => i % 16 / 8 * 2 + i % 4 / 2 == q).Average(i => images[y * 32 * 16 + i]))];
            for (int q = 0; q < 4; q++)
                Assert.True(q == y ? quarters[q] > 0 : quarters[q] < -0.3, $"label {y}: quarter {q} is {quarters[q]:0.00}");
        }
    }

    [Fact]
    public void AnImageIsTheSameAloneAndAmongOthersAndOnOneThread()
    {
        float[] Draw(int threads, int first, int count)
        {
            using var device = ComputeDevice.Open("cpu", threads);
            using var gan = TinyGan.Create(device, Recipe with { DiscriminatorLabel = DiscriminatorLabelKind.Planes });
            for (int i = 0; i < 5; i++)
                gan.TrainStep();
            return gan.Sample([1], first, count, seed: 4);
        }
        var many = Draw(2, 0, 5);
        Assert.Equal(many, Draw(1, 0, 5));
        Assert.Equal(many[(3 * 16)..(4 * 16)], Draw(2, 3, 1));
    }
}
