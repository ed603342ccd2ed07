namespace GpuCgan.Host.Tests.Data.Fetching;

/// <summary>A clock that stands still until a test moves it; timers made from it ring while it is moved. Each rings once.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<OnceTimer> timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Seen)> waiting = [];
    private TimeSpan now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now();

    public override long GetTimestamp() => Now().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        OnceTimer timer = new(this, callback, state);
        lock (gate)
            timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the time on. Timers that are due by then have rung when this returns.</summary>
    public void Advance(TimeSpan by)
    {
        List<OnceTimer> due;
        lock (gate)
        {
            now += by;
            due = timers.FindAll(timer => timer.Due <= now);
            foreach (OnceTimer timer in due)
                timer.Due = TimeSpan.MaxValue;
        }

        foreach (OnceTimer timer in due)
            timer.Ring();
    }

    /// <summary>Ends as soon as a timer is set to ring so long from now.</summary>
    public Task Armed(TimeSpan ahead)
    {
        lock (gate)
        {
            if (timers.Exists(timer => timer.Due == now + ahead))
                return Task.CompletedTask;
            TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((now + ahead, seen));
            return seen.Task;
        }
    }

    private TimeSpan Now()
    {
        lock (gate)
            return now;
    }

    private sealed class OnceTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : clock.now + dueTime;
                foreach (var (due, seen) in clock.waiting)
                {
                    if (due == Due)
                        seen.TrySetResult();
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
                clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
