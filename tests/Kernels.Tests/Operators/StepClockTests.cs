using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Operators;

public class StepClockTests
{
    [Theory]
    [OnCpu, OnCpuIlgpu, OnCuda, OnOpenCl]
    public void ScalesFollowThePlanStepByStepAndAfterASet(string device)
    {
        var d = TestDevice.Get(device);
        using var clock = new StepClock(d, 5);
        clock.Advance();
        Assert.Equal((1u, 1f, 1f), State(clock));

        clock.Plan(new StepSchedule(8, 4));
        clock.Set(0, 5);
        // Rates fall over the last four of eight steps, noise over all; behind the end both are 0.
        foreach (var (step, rate, noise) in ((uint, float, float)[])[(0, 1, 1), (1, 1, 0.875f), (2, 1, 0.75f), (3, 1, 0.625f), (4, 1, 0.5f), (5, 0.75f, 0.375f), (6, 0.5f, 0.25f), (7, 0.25f, 0.125f), (8, 0, 0), (9, 0, 0)])
        {
            Assert.Equal((step, rate, noise), State(clock));
            clock.Advance();
        }
        clock.Set(6, 1UL << 40);
        Assert.Equal((6u, 0.5f, 0.25f), State(clock));
        Assert.Equal((0u, 256u), (clock.Read().SeedLow, clock.Read().SeedHigh));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Plan(new StepSchedule(-1, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Plan(new StepSchedule(1, -1)));
    }

    [Fact]
    public void WithoutAPlanTheRateIsTheHosts()
    {
        using var clock = new StepClock(TestDevice.Get("cpu"), 5);
        clock.Set(3, 5, 0.25f);
        clock.Advance();
        Assert.Equal((4u, 0.25f, 1f), State(clock));
        // Without a decay the rate stays, whatever the length.
        clock.Plan(new StepSchedule(10, 0));
        Assert.Equal((4u, 1f, 0.6f), State(clock));
    }

    private static (uint Step, float Rate, float Noise) State(StepClock clock) => (clock.Read().Step, clock.Read().RateScale, clock.Read().NoiseScale);
}
