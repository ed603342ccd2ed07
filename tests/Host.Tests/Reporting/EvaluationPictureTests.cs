using GpuCgan.Host.Data;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Reporting;
using GpuCgan.Host.Tests.Evaluation;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Reporting;

public class EvaluationPictureTests
{
    private static int Count(SKBitmap picture, Func<SKColor, bool> wanted) => picture.Pixels.Count(wanted);

    [Theory]
    [InlineData(1, ""), InlineData(3, "a class of a very long name "), InlineData(12, ""), InlineData(100, "c"), InlineData(256, "")]
    public void AnyNumberOfClassesMakesAConfusionMatrix(int classes, string prefix)
    {
        var example = EvaluationFileTests.Example(classes, prefix);
        using var picture = ConfusionPicture.Draw(example.Confusion!.Generated, example.Classes);
        Assert.InRange(picture.Width, 100, 4000);
        Assert.InRange(picture.Height, 100, 4000);
        // A full diagonal is blue; what was read as another label is vermilion.
        Assert.True(Count(picture, c => c.Blue > c.Red + 60) > 100);
        Assert.Equal(classes > 2, Count(picture, c => c.Red > c.Blue + 8) > 0);
    }

    [Fact]
    public void AClassWithoutImagesHasAnEmptyRow()
    {
        int[][] counts = [[0, 0], [0, 5]];
        using var picture = ConfusionPicture.Draw(counts, EvaluationFileTests.Example(2).Classes);
        Assert.Equal(0, Count(picture, c => c.Red > c.Blue + 8));
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void GeneratedImagesStandBesideTheirNearestInColourToo(int channels)
    {
        var random = new Random(channels);
        ImageDataSet Noise(int count)
        {
            var bytes = new byte[count * channels * 12];
            random.NextBytes(bytes);
            return new ImageDataSet("noise", "", "", channels, 4, 3, bytes, Enumerable.Range(0, count).Select(i => i % 3).ToArray(), ["a", "a class of a name that is far too long to be written", "c"]);
        }

        var train = Noise(9);
        using var picture = NeighbourPicture.Draw(train, train, new ParallelOptions());
        Assert.InRange(picture.Width, 900, 1800);
        Assert.True(Count(picture, c => c == Palette.Vermilion) > 1000);
        // Its own nearest image is itself, at distance 0: the first pixel of the framed image and of the one beside it are the same.
        using var few = NeighbourPicture.Draw(Noise(2), Noise(2), new ParallelOptions());
        Assert.True(few.Height < picture.Height);
    }
}
