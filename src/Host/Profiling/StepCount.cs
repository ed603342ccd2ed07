using System.Diagnostics;

namespace GpuCgan.Host.Profiling;

/// <summary>How many steps are run: as many as were asked for, or else a usual number, fewer where they take long.</summary>
/// <param name="Most">Never more.</param>
/// <param name="Longest">No further step begins when this time is up; null where the number was asked for.</param>
internal sealed record StepCount(int Most, TimeSpan? Longest)
{
    /// <summary>Fewer have no median worth its name.</summary>
    private const int Fewest = 3;

    /// <summary>
    /// 600, or five seconds of them: the runtime optimises hot methods in stages, and the last of them come into use after some hundred steps. Where steps are long
    /// their loops are hot after fewer.
    /// </summary>
    public static StepCount WarmUp(int? asked) => asked is { } steps ? new StepCount(steps, null) : new StepCount(600, TimeSpan.FromSeconds(5));

    /// <summary>300, or six seconds of them.</summary>
    public static StepCount Timed(int? asked) => asked is { } steps ? new StepCount(steps, null) : new StepCount(300, TimeSpan.FromSeconds(6));

    public Left Start() => new(this);

    /// <summary>The steps that are still to be run. A struct: what steps allocate is counted around it.</summary>
    public struct Left(StepCount count)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private int _done;

        /// <summary>Whether one more is to be run.</summary>
        public bool Next() =>
            _done < count.Most && (count.Longest is not { } longest || _done < Fewest || Stopwatch.GetElapsedTime(_start) < longest) && ++_done > 0;
    }
}
