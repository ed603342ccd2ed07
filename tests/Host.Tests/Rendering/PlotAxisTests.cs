using GpuCgan.Host.Rendering;

namespace GpuCgan.Host.Tests.Rendering;

public class PlotAxisTests
{
    [Theory]
    [InlineData(0.31, 2.24, "0.0 0.5 1.0 1.5 2.0 2.5")]
    [InlineData(-1.2, 0.9, "-1.5 -1.0 -0.5 0.0 0.5 1.0")]
    [InlineData(97, 103, "96 98 100 102 104")]
    [InlineData(0.0011, 0.0042, "0.000 0.001 0.002 0.003 0.004 0.005")]
    [InlineData(0, 38_000, "0 10k 20k 30k 40k")]
    public void TicksAreRoundAndHoldTheValues(double min, double max, string labels)
    {
        PlotAxis axis = PlotAxis.Around([max, min], 5);
        Assert.True(axis.Min <= min && axis.Max >= max);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(axis.Label)));
    }

    [Fact]
    public void AFixedAxisKeepsItsEnds()
    {
        PlotAxis axis = PlotAxis.Fixed(0, 14_000, 8);
        Assert.Equal((0, 14_000), (axis.Min, axis.Max));
        Assert.Equal("0 2k 4k 6k 8k 10k 12k 14k", string.Join(' ', axis.Ticks.Select(axis.Label)));
        Assert.Equal("0.0 0.2 0.4 0.6 0.8 1.0", string.Join(' ', PlotAxis.Fixed(0, 1, 5).Ticks.Select(PlotAxis.Fixed(0, 1, 5).Label)));
        Assert.Equal(0.5, axis.Fraction(7_000));
    }

    [Fact]
    public void WithoutValuesTheRangeIsOne() => Assert.Equal((0, 1), (PlotAxis.Around([], 5).Min, PlotAxis.Around([], 5).Max));

    [Theory]
    [InlineData(0)]
    [InlineData(3.5)]
    [InlineData(-1e-9)]
    [InlineData(float.MaxValue)]
    [InlineData(double.Epsilon)]
    public void AnyOneValueHasAnAxisWithTicks(double value)
    {
        PlotAxis axis = PlotAxis.Around([value], 5);
        Assert.True(double.IsFinite(axis.Min) && double.IsFinite(axis.Max) && axis.Max > axis.Min);
        Assert.InRange(axis.Ticks.Take(100).Count(), 2, 12);
        Assert.InRange(axis.Fraction(value), 0, 1);
    }
}
