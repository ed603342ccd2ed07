using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Output;

namespace GpuCgan.Host.Tests.Evaluation;

public class CountingTests
{
    [Theory]
    [InlineData(new[] { 10, 10, 10 }, 7, new[] { 3, 2, 2 })]
    [InlineData(new[] { 50, 30, 20 }, 10, new[] { 5, 3, 2 })]
    [InlineData(new[] { 1, 0, 998 }, 10, new[] { 0, 0, 10 })]
    [InlineData(new[] { 3, 2, 2 }, 7, new[] { 3, 2, 2 })]
    [InlineData(new[] { 1, 1, 4 }, 10, new[] { 2, 2, 6 })]
    [InlineData(new[] { 2000000, 1000000 }, 2000000000, new[] { 1333333333, 666666667 })]
    public void SharesAreInProportionAndAddUp(int[] counts, int total, int[] expected)
    {
        int[] shares = ClassShares.InProportion(counts, total);
        Assert.Equal(expected, shares);
        Assert.Equal(total, shares.Sum());
    }

    [Fact]
    public void AConfusionMatrixCountsRowsByLabelAndColumnsByReading()
    {
        int[][] counts = ConfusionMatrix.Of([0, 0, 0, 2, 2], [0, 1, 1, 2, 0], 3);
        Assert.Equal([[1, 2, 0], [0, 0, 0], [1, 0, 1]], counts);
        Assert.Equal(2 / 5.0, ConfusionMatrix.Accuracy(counts));
        Assert.Equal(1 / 3.0, ConfusionMatrix.Accuracy(counts, 0));
        Assert.Null(ConfusionMatrix.Accuracy(counts, 1));
        Assert.Equal(0.5, ConfusionMatrix.Accuracy(counts, 2));
    }

    [Fact]
    public void FeaturesOfAClassKeepTheirOrder()
    {
        var features = new LabelledFeatures([1, 2, 3, 4, 5, 6, 7, 8], 2, [1, 0, 1, 2]);
        var ofOne = features.OfClass(1);
        Assert.Equal([1, 2, 5, 6], ofOne.Values);
        Assert.Equal([1, 1], ofOne.Labels);
        Assert.Equal(0, features.OfClass(5).Count);
    }

    [Fact]
    public void ATableAlignsTheFirstColumnToTheLeftAndTheOthersToTheRight() =>
        Assert.Equal(["a       1  22", "long  333   4"], TextTable.Lines([["a", "1", "22"], ["long", "333", "4"]]));
}
