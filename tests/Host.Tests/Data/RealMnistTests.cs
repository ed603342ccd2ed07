using System.Security.Cryptography;
using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class RealMnistTests
{
    [RealMnistFact]
    public void The_originals_are_read_to_the_bit()
    {
        (ImageDataSet train, ImageDataSet test) = DataSets.Load("mnist");
        Assert.Equal((60_000, 10_000, 28, 28), (train.Count, test.Count, train.Height, train.Width));
        Assert.Equal(5923, train.Labels.ToArray().Count(label => label == 0));

        // The published SHA-256 of the unpacked originals covers header and content.
        byte[] header = [0, 0, 8, 3, .. IdxBytes.Word(10_000), .. IdxBytes.Word(28), .. IdxBytes.Word(28)];
        Assert.Equal("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", Convert.ToHexStringLower(SHA256.HashData([.. header, .. test.Pixels.Span])));
        Assert.Equal(
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            Convert.ToHexStringLower(SHA256.HashData([0, 0, 8, 1, .. IdxBytes.Word(60_000), .. train.Labels.ToArray().Select(label => (byte)label)])));
    }
}
