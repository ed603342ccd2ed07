namespace GpuCgan.Host.Training;

/// <summary>Behind which steps of a run something is done: a line in the log, a sheet of samples, a checkpoint.</summary>
internal sealed class TrainingSchedule(TrainingOptions options)
{
    public bool IsLogDue(long step) => step % options.LogInterval == 0 || step == options.Steps;

    public bool IsSampleDue(long step) => SampleSchedule.IsDue(EpochsAt(step - 1), EpochsAt(step), options.SampleInterval);

    /// <summary>Whether this step completed an epoch whose number is a multiple of the interval.</summary>
    public bool IsCheckpointDue(long step) => EpochsAt(step) / options.CheckpointInterval > EpochsAt(step - 1) / options.CheckpointInterval;

    /// <summary>How many steps may be done at once after so many: at most <paramref name="most"/>, and no further than to the next one behind which something is done.</summary>
    public int StepsAtOnce(long done, int most)
    {
        int steps = 1;
        while (steps < most && !IsLogDue(done + steps) && !IsSampleDue(done + steps) && !IsCheckpointDue(done + steps))
            steps++;
        return steps;
    }

    private long EpochsAt(long step) => (long)options.EpochAt(step);
}
