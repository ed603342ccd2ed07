using GpuCgan.Host.Profiling;

namespace GpuCgan.Host.Tests.Profiling;

public class SpreadTests
{
    [Fact]
    public void QuantilesLieBetweenNeighboursInProportion()
    {
        Assert.Equal(new Spread(5, 1, 9), Spread.Of([10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
        var four = Spread.Of([4, 1, 3, 2]);
        Assert.Equal(2.5, four.Median, 12);
        Assert.Equal(1.3, four.Low, 12);
        Assert.Equal(3.7, four.High, 12);
        Assert.Equal(new Spread(7, 7, 7), Spread.Of([7]));
        Assert.Throws<ArgumentException>(() => Spread.Of([]));
    }

    [Theory]
    [InlineData(5, 5), InlineData(1, 1)]
    public void AsManyStepsAsWereAskedFor(int asked, int expected)
    {
        Assert.Equal(expected, Count(StepCount.Timed(asked), TimeSpan.Zero));
        Assert.Equal(expected, Count(StepCount.WarmUp(asked), TimeSpan.Zero));
    }

    [Fact]
    public void FewerStepsWhereTheyTakeLongButNeverLessThanThree()
    {
        Assert.Equal(3, Count(new StepCount(10, TimeSpan.Zero), TimeSpan.Zero));
        Assert.Equal(3, Count(new StepCount(10, TimeSpan.FromMilliseconds(1)), TimeSpan.FromMilliseconds(5)));
        Assert.Equal(10, Count(new StepCount(10, TimeSpan.FromMinutes(10)), TimeSpan.Zero));
        Assert.Equal(2, Count(new StepCount(2, TimeSpan.Zero), TimeSpan.Zero));
    }

    private static int Count(StepCount count, TimeSpan step)
    {
        int steps = 0;
        for (var left = count.Start(); left.Next(); steps++)
            Thread.Sleep(step);
        return steps;
    }
}
