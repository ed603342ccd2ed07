using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Tests.Threads;

public class WorkerTeamTests
{
    /// <summary>Counts how often each item ran, and on which workers.</summary>
    private readonly struct Count(int[] runs, int threads) : IJob
    {
        public void Run(int item, int worker)
        {
            // A worker out of range, whose scratch memory would not exist, is counted as a second run.
            Interlocked.Add(ref runs[item], worker >= 0 && worker < threads ? 1 : 2);
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void EveryItemRunsExactlyOnceOverManyJobs(int threads)
    {
        using var team = new WorkerTeam(threads);
        Assert.Equal(threads, team.Threads);
        int[] sizes = [0, 1, 2, 3, 4, 5, 7, 16, 97, 1000];
        for (int round = 0; round < 2000; round++)
        {
            var runs = new int[sizes[round % sizes.Length]];
            var job = new Count(runs, threads);
            team.Run(ref job, runs.Length);
            Assert.True(runs.All(r => r == 1), $"{threads} threads, round {round}: items ran {string.Join(' ', runs)} times.");
        }
    }

    /// <summary>Every write of an item is visible to the caller, and the job's own fields too.</summary>
    private struct Square(long[] results) : IJob
    {
        public int Total;

        public void Run(int item, int worker)
        {
            results[item] = (long)item * item;
            Interlocked.Increment(ref Total);
        }
    }

    [Fact]
    public void ResultsAreVisibleToTheCallerAsSoonAsRunReturns()
    {
        using var team = new WorkerTeam(3);
        for (int round = 0; round < 500; round++)
        {
            var results = new long[64];
            var job = new Square(results);
            team.Run(ref job, results.Length);
            Assert.Equal(results.Length, job.Total);
            for (int i = 0; i < results.Length; i++)
                Assert.Equal((long)i * i, results[i]);
        }
    }

    /// <summary>Notes which worker ran each item. The last of each share ends when all of them have begun, so nobody has taken from another's until then.</summary>
    private readonly struct Shares(int[] workers, int share, Barrier barrier) : IJob
    {
        public void Run(int item, int worker)
        {
            workers[item] = worker;
            if (item % share == share - 1 && item < share * barrier.ParticipantCount && !barrier.SignalAndWait(TimeSpan.FromSeconds(30)))
                throw new TimeoutException("Not every worker runs its own share first.");
        }
    }

    [Theory]
    [InlineData(2, 1, 0), InlineData(2, 5, 0), InlineData(2, 4, 3), InlineData(3, 2, 2), InlineData(4, 3, 1)]
    public void EachWorkerRunsItsOwnShareFirstInEveryJob(int threads, int share, int shared)
    {
        using var team = new WorkerTeam(threads);
        using var barrier = new Barrier(threads);
        for (int round = 0; round < 200; round++)
        {
            var workers = new int[threads * share + shared];
            Array.Fill(workers, -1);
            var job = new Shares(workers, share, barrier);
            team.Run(ref job, workers.Length, shared);
            Assert.DoesNotContain(-1, workers);
            Assert.Equal(Enumerable.Range(0, threads * share).Select(item => item / share), workers[..(threads * share)]);
        }
    }

    /// <summary>One item does not end before all others have.</summary>
    private readonly struct HeldUp(int at, int[] runs, CountdownEvent others) : IJob
    {
        public void Run(int item, int worker)
        {
            Interlocked.Increment(ref runs[item]);
            if (item != at)
                others.Signal();
            else if (!others.Wait(TimeSpan.FromSeconds(30)))
                throw new TimeoutException("What lies behind an item that is held up was left to its worker.");
        }
    }

    [Theory]
    [InlineData(2, 0, 0), InlineData(2, 6, 0), InlineData(2, 11, 2), InlineData(3, 4, 0), InlineData(3, 11, 3), InlineData(4, 0, 12)]
    public void TheOthersTakeWhatAHeldUpWorkerCannot(int threads, int at, int shared)
    {
        using var team = new WorkerTeam(threads);
        for (int round = 0; round < 100; round++)
        {
            var runs = new int[12];
            using var others = new CountdownEvent(runs.Length - 1);
            var job = new HeldUp(at, runs, others);
            team.Run(ref job, runs.Length, shared);
            Assert.All(runs, r => Assert.Equal(1, r));
        }
    }

    private readonly struct Fail(int at) : IJob
    {
        public void Run(int item, int worker)
        {
            if (item == at)
                throw new InvalidDataException($"item {item}");
        }
    }

    [Theory]
    [InlineData(1, 0), InlineData(1, 5), InlineData(2, 0), InlineData(2, 9), InlineData(4, 3), InlineData(4, 9)]
    public void AnExceptionReachesTheCallerAndTheTeamWorksAfterwards(int threads, int at)
    {
        using var team = new WorkerTeam(threads);
        for (int round = 0; round < 50; round++)
        {
            var fail = new Fail(at);
            var failure = Assert.Throws<InvalidDataException>(() => team.Run(ref fail, 10));
            Assert.Equal($"item {at}", failure.Message);
            var runs = new int[100];
            var count = new Count(runs, threads);
            team.Run(ref count, runs.Length);
            Assert.All(runs, r => Assert.Equal(1, r));
        }
    }

    /// <summary>Fails in its first item, as soon as every worker is at work; the others take a millisecond each.</summary>
    private readonly struct FailEarly(int[] runs, CountdownEvent atWork) : IJob
    {
        public void Run(int item, int worker)
        {
            runs[item]++;
            if (item % (runs.Length / atWork.InitialCount) == 0)
            {
                atWork.Signal();
                atWork.Wait(TimeSpan.FromSeconds(30));
            }
            if (item == 0)
                throw new InvalidDataException("item 0");
            Thread.Sleep(1);
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4)]
    public void BehindAFailureNothingBegins(int threads)
    {
        using var team = new WorkerTeam(threads);
        var runs = new int[4000];
        using var atWork = new CountdownEvent(threads);
        var job = new FailEarly(runs, atWork);
        Assert.Throws<InvalidDataException>(() => team.Run(ref job, runs.Length));
        // A worker on its own would have taken a thousand of its share by then, a second.
        Assert.InRange(runs.Sum(), 1, runs.Length / threads / 2);
    }

    [Theory]
    [InlineData(2), InlineData(4)]
    public void WorkersSleepAndWakeAgain(int threads)
    {
        using var team = new WorkerTeam(threads);
        for (int round = 0; round < 20; round++)
        {
            // Far beyond the 50 µs that workers spin.
            Thread.Sleep(round % 2 == 0 ? 5 : 20);
            var runs = new int[threads];
            // Each item waits for all others, so it takes every thread, awake, to get through.
            using var barrier = new Barrier(threads);
            var job = new Meet(runs, barrier);
            team.Run(ref job, threads);
            Assert.All(runs, r => Assert.Equal(1, r));
        }
    }

    private readonly struct Meet(int[] runs, Barrier barrier) : IJob
    {
        public void Run(int item, int worker)
        {
            if (!barrier.SignalAndWait(TimeSpan.FromSeconds(30)))
                throw new TimeoutException("A sleeping worker was not woken.");
            Interlocked.Increment(ref runs[item]);
        }
    }

    /// <summary>
    /// Notes what each worker's thread has allocated so far, at the first item it ran and at the last. An item does not end before <paramref name="together"/>
    /// items of its job have begun, so with as many as threads every thread takes part.
    /// </summary>
    private struct Allocations(long[] first, long[] last, int together) : IJob
    {
        private int _begun;

        public void Run(int item, int worker)
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            if (first[worker] < 0)
                first[worker] = bytes;
            last[worker] = bytes;
            Interlocked.Increment(ref _begun);
            long deadline = Environment.TickCount64 + 30_000;
            while (Volatile.Read(ref _begun) < together && Environment.TickCount64 < deadline)
                Thread.Yield();
        }
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void ARunAllocatesNothing(int threads)
    {
        // Counted thread by thread: the process's total would count the test runner's own messages too, some hundred kilobytes.
        using var team = new WorkerTeam(threads);
        long[] first = new long[threads], last = new long[threads];
        long caller = 0;
        // Once to warm up, once to count.
        for (int pass = 0; pass < 2; pass++)
        {
            Array.Fill(first, -1);
            caller = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10_000; i++)
            {
                var job = new Allocations(first, last, together: 1);
                team.Run(ref job, 8);
            }
            // Some sleeps and wakes too.
            for (int i = 0; i < 40; i++)
            {
                Thread.Sleep(i % 4);
                var job = new Allocations(first, last, together: threads);
                team.Run(ref job, threads);
            }
            caller = GC.GetAllocatedBytesForCurrentThread() - caller;
        }
        Assert.Equal(0, caller);
        Assert.DoesNotContain(-1, first);
        Assert.Equal(first, last);
    }

    private readonly struct Hold(ManualResetEventSlim started, ManualResetEventSlim released) : IJob
    {
        public void Run(int item, int worker)
        {
            started.Set();
            released.Wait(TimeSpan.FromSeconds(30));
        }
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void ASecondCallerIsRefusedWhileAJobRuns(int threads)
    {
        using var team = new WorkerTeam(threads);
        using var started = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var first = new Thread(() =>
        {
            var hold = new Hold(started, released);
            team.Run(ref hold, 2);
        });
        first.Start();
        Assert.True(started.Wait(TimeSpan.FromSeconds(30)));
        var runs = new int[4];
        var job = new Count(runs, threads);
        var refusal = Assert.Throws<InvalidOperationException>(() => team.Run(ref job, runs.Length));
        Assert.Contains("one job at a time", refusal.Message, StringComparison.Ordinal);
        Assert.All(runs, r => Assert.Equal(0, r));
        released.Set();
        first.Join();
        team.Run(ref job, runs.Length);
        Assert.All(runs, r => Assert.Equal(1, r));
    }

    private readonly struct Nested(WorkerTeam team) : IJob
    {
        public void Run(int item, int worker)
        {
            var inner = new Count(new int[2], team.Threads);
            team.Run(ref inner, 2);
        }
    }

    [Fact]
    public void AJobInsideAJobIsRefused()
    {
        using var team = new WorkerTeam(2);
        var job = new Nested(team);
        Assert.Throws<InvalidOperationException>(() => team.Run(ref job, 4));
    }

    [Fact]
    public unsafe void ScratchIsAlignedKeptAndApart()
    {
        using var team = new WorkerTeam(2);
        var memory = new List<(nint Start, int Floats)>();
        foreach (int floats in (int[])[1, 100, 1000])
        {
            memory = [];
            foreach (int worker in (int[])[0, 1, -1])
            {
                var span = worker < 0 ? team.SharedScratch(floats) : team.ScratchOf(worker, floats);
                Assert.Equal(floats, span.Length);
                span.Fill(worker);
                fixed (float* start = span)
                    memory.Add(((nint)start, floats));
            }
            Assert.All(memory, m => Assert.Equal(0, m.Start % 64));
            Assert.All(memory, m => Assert.DoesNotContain(memory, o => o.Start != m.Start && o.Start < m.Start + 4 * m.Floats && m.Start < o.Start + 4 * o.Floats));
            Assert.Equal(3, memory.Select(m => m.Start).Distinct().Count());
        }
        fixed (float* again = team.ScratchOf(1, 10))
            Assert.Equal(memory[1].Start, (nint)again);
    }

    [Theory]
    [InlineData(0), InlineData(-1)]
    public void ATeamHasAtLeastItsCaller(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(threads));
}
