using GpuCgan.Host.Data;
using GpuCgan.Host.Evaluation;

namespace GpuCgan.Host.Tests.Evaluation;

public class MemorisationTests
{
    private static readonly ParallelOptions Cores = new();

    private static ImageDataSet Images(int count, int seed, int pixels = 6, int channels = 1)
    {
        var random = new Random(seed);
        var bytes = new byte[count * pixels * channels];
        random.NextBytes(bytes);
        return new ImageDataSet("noise", "", "", channels, 1, pixels, bytes, Enumerable.Range(0, count).Select(i => i % 3).ToArray(), ["a", "b", "c"]);
    }

    [Theory]
    [InlineData(1, 1, 1, 1), InlineData(40, 100, 4, 1), InlineData(7, 5, 5, 3)]
    public void TheNearestAreThoseThatSortingFinds(int queries, int count, int k, int channels)
    {
        ImageDataSet asked = Images(queries, 1, channels: channels), set = Images(count, 2, channels: channels);
        var found = NearestImages.Of(asked, set, k, Cores);
        for (int q = 0; q < queries; q++)
        {
            double Distance(int i) => Math.Sqrt(asked.Image(q).ToArray().Zip(set.Image(i).ToArray(), (a, b) => Math.Pow((a - b) / 255.0, 2)).Average());
            var expected = Enumerable.Range(0, count).Select(i => (Distance: Distance(i), Image: i)).Order().Take(k).ToArray();
            Assert.Equal(expected.Select(e => e.Image), found[q].Select(n => n.Image));
            Assert.All(expected.Zip(found[q]), pair => Assert.Equal(pair.First.Distance, pair.Second.Distance, 1e-6));
        }
        Assert.Throws<ArgumentException>(() => NearestImages.Of(asked, set, count + 1, Cores));
    }

    [Fact]
    public void EqualDistancesComeInOrder()
    {
        var set = new ImageDataSet("same", "", "", 1, 1, 1, new byte[] { 9, 7, 7, 7 }, new int[4], ["a"]);
        Assert.Equal([1, 2, 3], NearestImages.Of(new ImageDataSet("q", "", "", 1, 1, 1, new byte[] { 7 }, new int[1], ["a"]), set, 3, Cores)[0].Select(n => n.Image));
    }

    [Theory]
    [InlineData(new double[] { 1, 2 }, new double[] { 3, 4 }, 1)]
    [InlineData(new double[] { 3, 4 }, new double[] { 1, 2 }, 0)]
    [InlineData(new double[] { 1, 2 }, new double[] { 1, 2 }, 0.5)]
    [InlineData(new double[] { 2 }, new double[] { 1, 2, 2, 3 }, 0.5)]
    [InlineData(new double[] { 0, 2, 5 }, new double[] { 1, 3 }, 0.5)]
    public void TheCloserShareCountsPairs(double[] a, double[] b, double share) => Assert.Equal(share, MemorisationCheck.CloserShare(a, b), 1e-12);

    [Fact]
    public void CopiesAreFoundAndRealImagesAreNone()
    {
        var split = DigitsDataSet.Load();
        var copies = MemorisationCheck.Of(split.Train, split.Test, split.Train, Cores);
        Assert.Equal((1000, 359, 0, 1, 1), (copies.Images, copies.TestImages, copies.Generated, copies.CloserShare, copies.CopyShare));
        var honest = MemorisationCheck.Of(split.Test, split.Test, split.Train, Cores);
        Assert.Equal((0.5, honest.HeldOut), (honest.CloserShare, honest.Generated));
        // Three of 359 lie below the fourth nearest.
        Assert.Equal(3 / 359.0, honest.CopyShare, 1e-12);
        // Half copies, half noise far from everything.
        var random = new Random(1);
        byte[] pixels = split.Test.Pixels.ToArray();
        random.NextBytes(pixels);
        split.Train.Pixels.Span[..(180 * 64)].CopyTo(pixels);
        var half = MemorisationCheck.Of(new ImageDataSet("half", "", "", 1, 8, 8, pixels, split.Test.Labels, split.Test.ClassNames), split.Test, split.Train, Cores);
        Assert.Equal(180 / 359.0, half.CopyShare, 1e-12);
        Assert.Equal(180 / 359.0, half.CloserShare, 0.02);
    }
}
