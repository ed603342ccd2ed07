using GpuCgan.Network.Architecture;

namespace GpuCgan.Network.Tests.Architecture;

public class NetworkPlanTests
{
    private static readonly ImageShape Mnist = new(28, 28, 1);

    private static NetworkPlan Plan(ImageShape image, FeatureShape input, params string[] lines) => NetworkPlan.Of(lines, input, image, 10, scaleWidths: true);

    [Fact]
    public void AStridedNetworkHalvesAndItsTransposeDoubles()
    {
        var down = Plan(Mnist, FeatureShape.Of(Mnist), "conv 64 3x3 stride 2 pad 1", "leaky_relu 0.01", "conv 64 3x3 stride 2 pad 1", "conv 128 3x3 stride 2 pad 1", "linear 1");
        Assert.Equal(["64×14×14", "64×14×14", "64×7×7", "128×4×4", "1"], down.Layers.Select(layer => layer.Output.ToString()));
        Assert.Equal(128 * 16, down.Layers[^1].Input.Length);

        var up = Plan(Mnist, FeatureShape.Vector(100), "linear 256 at 1/4", "batch_norm", "conv_transpose 128 3x3 stride 2 pad 1 output_pad 1", "conv_transpose image 4x4 stride 2 pad 1", "tanh");
        Assert.Equal(["256×7×7", "256×7×7", "128×14×14", "1×28×28", "1×28×28"], up.Layers.Select(layer => layer.Output.ToString()));
        Assert.Equal(FeatureShape.Of(Mnist), up.Output);

        var small = Plan(new ImageShape(8, 8, 3), FeatureShape.Vector(100), "linear 256 at 1/4", "upsample", "conv image 3x3 pad 1", "average_pool");
        Assert.Equal(["256×2×2", "256×4×4", "3×4×4", "3×2×2"], small.Layers.Select(layer => layer.Output.ToString()));
    }

    [Fact]
    public void HiddenLinearLayersAreNarrowerForSmallImagesAndTheLastIsNot()
    {
        string[] lines = ["linear 128", "relu", "linear 1024", "linear image", "tanh"];
        var image = new ImageShape(8, 8, 1);
        Assert.Equal([48, 48, 304, 64, 64], NetworkPlan.Of(lines, FeatureShape.Vector(110), image, 10, true).Layers.Select(layer => layer.Output.Length));
        Assert.Equal([128, 128, 1024, 64, 64], NetworkPlan.Of(lines, FeatureShape.Vector(110), image, 10, false).Layers.Select(layer => layer.Output.Length));
        Assert.Equal([128, 128, 1024, 784, 784], NetworkPlan.Of(lines, FeatureShape.Vector(110), Mnist, 10, true).Layers.Select(layer => layer.Output.Length));
        Assert.Equal(11, NetworkPlan.Of(["linear 512", "linear 1+classes"], FeatureShape.Of(image), image, 10, true).Output.Length);
    }

    [Theory]
    [InlineData(30, "linear 256 at 1/4", "30×30, and 30 by 30 is not divisible by 4")]
    [InlineData(5, "average_pool", "it halves 1×5×5")]
    [InlineData(8, "conv 4 16x16 pad 1", "a kernel of 16 does not fit into 8 pixels")]
    [InlineData(8, "conv_transpose 4 1x1 pad 5", "8 pixels would become -2")]
    [InlineData(8, "conv_transpose 4 3x3 output_pad 1", "output_pad 1 must be below stride 1")]
    [InlineData(64, "conv 16384 1x1", "4194304 is the limit")]
    public void WhatDoesNotFitIsRefused(int edge, string line, string why)
    {
        var image = new ImageShape(edge, edge, 1);
        var e = Assert.Throws<InvalidDataException>(() => Plan(image, FeatureShape.Of(image), line));
        Assert.StartsWith($"layer '{line}': ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void InstanceNormalisationOfAVectorIsRefused() =>
        Assert.Throws<InvalidDataException>(() => Plan(Mnist, FeatureShape.Vector(8), "instance_norm"));
}
