using GpuCgan.Kernels.Devices;
using GpuCgan.Modes;

namespace GpuCgan.Host.Tests.Modes;

/// <summary>The counter behind docs/stability.md.</summary>
public class GaussianGridTests
{
    private static float[] At(params (double X, double Y)[] points) => [.. points.SelectMany(p => (float[])[(float)(p.X / GaussianGrid.Reach), (float)(p.Y / GaussianGrid.Reach)])];

    [Fact]
    public void TheDataCoverEveryMode()
    {
        var count = GaussianGrid.Count(GaussianGrid.Decode(GaussianGrid.Points(2500, seed: 3)));
        Assert.Equal((25, 25), (count.Covered, count.Held));
        // 1 − e^(−4.5) = 98.9 % of a Gaussian in the plane lie within 3σ, 98.7 % with the bytes' rounding, ± 5 · 0.23 % of 2,500 points.
        Assert.InRange(count.HighQuality, 0.975, 0.999);
        Assert.All(count.Hits, hits => Assert.InRange(hits, 90, 100));
        Assert.NotEqual(GaussianGrid.Points(100, seed: 3), GaussianGrid.Points(100, seed: 4));
        Assert.Equal(GaussianGrid.Points(100, seed: 3), GaussianGrid.Points(100, seed: 3));
    }

    [Fact]
    public void EveryMeanIsAModeOfItsOwn()
    {
        for (int mode = 0; mode < GaussianGrid.Modes; mode++)
        {
            var count = GaussianGrid.Count(At(GaussianGrid.Mean(mode)));
            Assert.Equal(1, count.Hits[mode]);
            Assert.Equal((1, 1.0), (count.Covered, count.HighQuality));
        }
    }

    [Theory]
    // 3σ is 0.15; between two modes, outside the grid, in its middle, and what a G that has blown up makes.
    [InlineData(2, 2.149, 1), InlineData(2, 2.151, 0), InlineData(2.105, 2.105, 1), InlineData(2.107, 2.107, 0), InlineData(1, 0, 0)]
    [InlineData(-4.149, -4, 1), InlineData(-6, -6, 0), InlineData(0, 0, 1), InlineData(1e30, 0, 0), InlineData(double.NaN, 0, 0), InlineData(double.PositiveInfinity, double.NaN, 0)]
    public void APointWithinThreeDeviationsOfAModeIsOfHighQuality(double x, double y, int hits)
    {
        var count = GaussianGrid.Count(At((x, y)));
        Assert.Equal(hits, count.Covered);
        Assert.Equal(hits, count.HighQuality);
    }

    [Fact]
    public void ACollapsedGCoversOneMode()
    {
        var count = GaussianGrid.Count(At([.. Enumerable.Repeat((2.0, -2.0), 30), (3.0, 3.0), (1.0, 1.0)]));
        Assert.Equal((1, 30 / 32.0), (count.Covered, count.HighQuality));
    }

    [Fact]
    public void AModeIsHeldByAQuarterOfItsEvenShare()
    {
        // Of 100 points an even share is 4: one is a quarter of it, and of 101 no longer.
        var points = new List<(double, double)>(Enumerable.Repeat((4.0, 4.0), 99)) { (0, 0) };
        Assert.Equal((2, 2), (GaussianGrid.Count(At([.. points])).Covered, GaussianGrid.Count(At([.. points])).Held));
        points.Add((1, 1));
        Assert.Equal((2, 1), (GaussianGrid.Count(At([.. points])).Covered, GaussianGrid.Count(At([.. points])).Held));
    }

    [Fact]
    public void EverySetupTrains()
    {
        using var device = ComputeDevice.Open("cpu", 2);
        foreach (var setup in Setup.All)
        {
            var trained = TrainedModes.Of(setup, device, steps: 2, seed: 0);
            Assert.Equal(2 * TrainedModes.Counted, trained.Points.Length);
            Assert.All(trained.Points, number => Assert.True(float.IsFinite(number), setup.Name));
            Assert.True(trained.Late.Gradient > 0, setup.Name);
        }
        Assert.Equal(Setup.All.Count, Setup.All.Select(setup => setup.Name).Distinct().Count());
    }
}
