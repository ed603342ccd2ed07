using System.Runtime.ExceptionServices;

namespace ILGPU.Execution;

/// <summary>
/// Runs groups one after another, on one core's worth of threads. One lane runs at a time, in the order of their numbers, until it
/// meets a barrier or returns: what a group computes does not depend on timing.
/// </summary>
/// <remarks>
/// A group begins on the caller's thread. If its lane 0 returns without having met a barrier, no other lane may meet one either, and
/// all lanes run there, one call after another. If it meets one, the other lanes get a thread each, kept for the groups to come, and
/// the right to run goes round from lane to lane.
/// </remarks>
internal sealed class GroupRunner
{
    private const int StackBytes = 256 * 1024;

    private readonly List<Lane> lanes = [];
    private readonly List<LaneState> states = [];
    private readonly List<BarrierKind> kinds = [];
    private bool onThreads;
    private bool stopping;
    private ExceptionDispatchInfo? fault;
    private int votes;
    private int outcome;

    public GroupRunner() => AddLane();

    private enum LaneState : byte
    {
        NotStarted,
        Waiting,
        Returned,
    }

    /// <summary>The kernel whose group is under way.</summary>
    public GroupedKernel Kernel { get; private set; } = null!;

    public Index3D GridIndex { get; private set; }

    /// <summary>The number of lanes.</summary>
    public int Size { get; private set; }

    public SharedBlocks Shared { get; } = new();

    /// <summary>Runs one group to its end. What its first failing lane threw comes out, once no lane runs any more.</summary>
    public void Run(GroupedKernel kernel, Index3D gridIndex)
    {
        Kernel = kernel;
        GridIndex = gridIndex;
        Size = kernel.Group.Size;
        Shared.Reset(kernel.Accelerator);
        onThreads = stopping = false;
        fault = null;
        votes = 0;

        Lane first = lanes[0];
        Lane.Enter(first);
        try
        {
            RunFirstLane(first);
            if (onThreads)
                FinishOnThreads(first);
            else
                RunOtherLanes(first);
        }
        finally
        {
            Lane.Enter(null);
        }
    }

    /// <summary>Called by a lane at a barrier: returns once all lanes are there, with the number of those whose predicate held.</summary>
    public int Meet(Lane lane, BarrierKind kind, bool predicate)
    {
        if (Size == 1)
            return predicate ? 1 : 0;
        if (!onThreads)
            MoveToThreads(lane, kind);
        states[lane.Number] = LaneState.Waiting;
        kinds[lane.Number] = kind;
        votes += predicate ? 1 : 0;
        PassOn(lane.Number);
        lane.Baton.Wait();
        return stopping ? throw new LaneStoppedException() : outcome;
    }

    private void RunFirstLane(Lane first)
    {
        first.Become(0, Kernel.Group);
        try
        {
            Kernel.RunLane();
        }
        catch (Exception exception) when (onThreads)
        {
            Stop(exception);
        }
    }

    private void RunOtherLanes(Lane lane)
    {
        for (int number = 1; number < Size; number++)
        {
            lane.BecomeNext(Kernel.Group);
            Kernel.RunLane();
        }
    }

    private void FinishOnThreads(Lane first)
    {
        states[0] = LaneState.Returned;
        PassOn(0);
        first.Baton.Wait();
        fault?.Throw();
    }

    private void MoveToThreads(Lane lane, BarrierKind kind)
    {
        if (lane.Number > 0)
        {
            throw Divergence(number =>
                number == lane.Number ? $"waiting at Group.{kind}" : number < lane.Number ? "returned" : "not started");
        }
        while (lanes.Count < Size)
            AddLane();
        for (int number = 0; number < Size; number++)
            states[number] = LaneState.NotStarted;
        onThreads = Kernel.MeetsBarriers = true;
    }

    private void AddLane()
    {
        var lane = new Lane(this);
        int number = lanes.Count;
        lanes.Add(lane);
        states.Add(LaneState.NotStarted);
        kinds.Add(default);
        if (number > 0)
            new Thread(() => RunLanes(lane, number), StackBytes) { IsBackground = true, Name = $"Lane {number}" }.Start();
    }

    /// <summary>The life of a lane's thread.</summary>
    private void RunLanes(Lane lane, int number)
    {
        Lane.Enter(lane);
        while (true)
        {
            lane.Baton.Wait();
            if (!stopping)
            {
                lane.Become(number, Kernel.Group);
                try
                {
                    Kernel.RunLane();
                }
                catch (Exception exception)
                {
                    Stop(exception);
                }
            }
            states[number] = LaneState.Returned;
            PassOn(number);
        }
    }

    /// <summary>Lets the next lane run that has not returned. Behind the last one a round is over.</summary>
    private void PassOn(int number)
    {
        for (int next = number + 1; next < Size; next++)
        {
            if (states[next] != LaneState.Returned)
            {
                lanes[next].Baton.Pass();
                return;
            }
        }
        EndRound();
    }

    private void EndRound()
    {
        int waiting = 0, first = -1;
        bool alike = true;
        for (int number = 0; number < Size; number++)
        {
            if (states[number] != LaneState.Waiting)
                continue;
            first = first < 0 ? number : first;
            alike &= kinds[number] == kinds[first];
            waiting++;
        }
        if (waiting > 0 && !stopping && (waiting < Size || !alike))
            Stop(Divergence(number => states[number] == LaneState.Waiting ? $"waiting at Group.{kinds[number]}" : "returned"));

        (outcome, votes) = (votes, 0);
        int allocations = 0;
        for (int number = 0; number < Size; number++)
            allocations = Math.Max(allocations, lanes[number].Allocations);
        for (int number = 0; number < Size; number++)
            lanes[number].Allocations = allocations;

        // With nobody left, it is lane 0's thread, the caller's, that goes on.
        lanes[Math.Max(first, 0)].Baton.Pass();
    }

    /// <summary>From here on no lane starts, and every lane at a barrier leaves its kernel. The first reason counts.</summary>
    private void Stop(Exception reason)
    {
        if (stopping)
            return;
        stopping = true;
        fault = ExceptionDispatchInfo.Capture(reason);
    }

    private InvalidKernelOperationException Divergence(Func<int, string> state)
    {
        var parts = Enumerable.Range(0, Size)
            .GroupBy(state)
            .OrderByDescending(part => part.Key, StringComparer.Ordinal)
            .Select(part => $"{part.Key}: {Lanes(part)}");
        return new InvalidKernelOperationException(
            $"Barrier in divergent code in kernel '{Kernel.Name}', group {GridIndex} of {Kernel.Grid}: {string.Join("; ", parts)}.");
    }

    /// <summary>Lanes by number, neighbours as a range: "lanes 0-15, 31 (17 of 64)".</summary>
    private string Lanes(IEnumerable<int> numbers)
    {
        List<(int First, int Last)> ranges = [];
        int count = 0;
        foreach (int number in numbers)
        {
            count++;
            if (ranges.Count > 0 && ranges[^1].Last == number - 1)
                ranges[^1] = (ranges[^1].First, number);
            else
                ranges.Add((number, number));
        }
        string text = string.Join(", ", ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"));
        return $"lane{(count == 1 ? "" : "s")} {text} ({count} of {Size})";
    }

    /// <summary>Takes a lane out of its kernel after another one failed.</summary>
    private sealed class LaneStoppedException : Exception;
}
