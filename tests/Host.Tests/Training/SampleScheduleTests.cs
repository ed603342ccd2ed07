using GpuCgan.Host.Training;

namespace GpuCgan.Host.Tests.Training;

public class SampleScheduleTests
{
    [Theory]
    [InlineData(1, 4, new[] { 1, 2, 3, 4 })]
    [InlineData(10, 35, new[] { 1, 2, 4, 8, 10, 20, 30 })]
    [InlineData(8, 17, new[] { 1, 2, 4, 8, 16 })]
    public void SheetsComeAtIntervalsAndMoreOftenBeforeTheFirst(int interval, int epochs, int[] expected)
    {
        // Three steps an epoch: only the one that completes it counts.
        var due = Enumerable.Range(1, 3 * epochs).Where(step => SampleSchedule.IsDue((step - 1) / 3, step / 3, interval)).Select(step => step / 3);
        Assert.Equal(expected, due);
    }
}
