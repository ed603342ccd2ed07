using GpuCgan.Host.Data;
using GpuCgan.Host.Training;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Training;

public class TrainingScheduleTests
{
    private const int Steps = 1000;

    private static TrainingOptions Options(int images, int log, int sample, int checkpoint) => new()
    {
        Recipe = new Recipe { BatchSize = 16 }, Data = new DataRequest("digits", null), DataHash = "", TrainingImages = images, Split = "", Device = "cpu", DeviceName = "", Precision = "fp32",
        Seed = 1, Steps = Steps, SampleInterval = sample, CheckpointInterval = checkpoint, LogInterval = log, KeepCheckpoints = 2,
    };

    /// <summary>A run by fours stops at the same steps as one by single steps, and nowhere else but behind four.</summary>
    [Theory]
    [InlineData(160, 100, 1, 1), InlineData(90, 7, 2, 5), InlineData(16, 50, 3, 20), InlineData(1000, 1, 1, 1), InlineData(33, 1000, 1000, 4), InlineData(10_000, 3, 1, 1)]
    public void NoStepBehindWhichSomethingIsDoneIsPassedOver(int images, int log, int sample, int checkpoint)
    {
        var schedule = new TrainingSchedule(Options(images, log, sample, checkpoint));
        bool IsDue(long step) => schedule.IsLogDue(step) || schedule.IsSampleDue(step) || schedule.IsCheckpointDue(step);
        int fours = 0;
        for (long done = 0; done < Steps;)
        {
            Assert.Equal(1, schedule.StepsAtOnce(done, 1));
            int steps = schedule.StepsAtOnce(done, 4);
            Assert.InRange(steps, 1, 4);
            for (int i = 1; i < steps; i++)
                Assert.False(IsDue(done + i));
            done += steps;
            Assert.True(steps == 4 || IsDue(done));
            fours += steps == 4 ? 1 : 0;
            Assert.True(done <= Steps);
        }
        Assert.Equal(log > 4 && images > 16, fours > 0);
    }
}
