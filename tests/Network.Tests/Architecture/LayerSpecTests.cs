using GpuCgan.Network.Architecture;

namespace GpuCgan.Network.Tests.Architecture;

public class LayerSpecTests
{
    [Fact]
    public void ALineIsReadWordByWord()
    {
        var spec = LayerSpec.Parse("  conv_transpose 64 3x5 stride 2 pad 1  output_pad 1");
        Assert.Equal((LayerKind.ConvTranspose, 64, (3, 5), 2, 1, 1), (spec.Kind, spec.Width.Of(0, 0), spec.Kernel, spec.Stride, spec.Padding, spec.OutputPadding));
        Assert.Equal(0.25f, LayerSpec.Parse("leaky_relu 0.25").Value);
        Assert.Equal(4, LayerSpec.Parse("linear 256 at 1/4").EdgeDivisor);
        Assert.Equal(0, LayerSpec.Parse("linear 256").EdgeDivisor);
        var plain = LayerSpec.Parse("conv image 1x1");
        Assert.Equal((3, 1, 0), (plain.Width.Of(3, 10), plain.Stride, plain.Padding));
        Assert.Equal(11, LayerSpec.Parse("linear 1+classes").Width.Of(3, 10));
        Assert.Equal(10, LayerSpec.Parse("linear classes").Width.Of(3, 10));
    }

    [Theory]
    [InlineData("", "a layer is missing")]
    [InlineData("dense 64", "there is no layer 'dense'")]
    [InlineData("linear", "a width is missing")]
    [InlineData("linear 0", "not '0'")]
    [InlineData("linear -5", "not '-5'")]
    [InlineData("linear 16385", "not '16385'")]
    [InlineData("linear 2147483648", "not '2147483648'")]
    [InlineData("linear 64 at 4", "not '4'")]
    [InlineData("linear 64 at 1/0", "not '1/0'")]
    [InlineData("linear 64 at", "a fraction such as 1/4 is missing")]
    [InlineData("conv 64", "a kernel such as 3x3 is missing")]
    [InlineData("conv 64 3", "not '3'")]
    [InlineData("conv 64 3x3x3", "not '3x3x3'")]
    [InlineData("conv 64 0x3", "not '0x3'")]
    [InlineData("conv 64 3x3 stride 0", "stride is 1 to 8, not '0'")]
    [InlineData("conv 64 3x3 pad 99", "pad is 0 to 15, not '99'")]
    [InlineData("conv 64 3x3 output_pad 1", "'output_pad' does not belong there")]
    [InlineData("leaky_relu", "a slope is missing")]
    [InlineData("leaky_relu 1", "not '1'")]
    [InlineData("dropout nan", "not 'nan'")]
    [InlineData("dropout 0,5", "not '0,5'")]
    [InlineData("relu 0.2", "'0.2' does not belong there")]
    public void WhatIsNoLayerIsRefusedInOneLine(string line, string why)
    {
        var e = Assert.Throws<InvalidDataException>(() => LayerSpec.Parse(line));
        Assert.StartsWith($"layer '{line}': ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
