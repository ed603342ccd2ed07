using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace GpuCgan.Kernels.Threads;

/// <summary>
/// A fixed team of threads that runs the jobs of the wide twins. The caller is worker 0 and works too; <see cref="Run"/>
/// returns when every item is done.
/// </summary>
/// <remarks>
/// <para>A training step is many short jobs, and <c>Parallel.For</c> allocates a closure and tasks for each. Here a job is a struct on the caller's stack, workers spin for a moment
/// between jobs and sleep on a semaphore after that, and nothing is allocated.</para>
/// <para>Each worker has a share of the items that lie together, the same one in each job of as many, so that what it has written in one job is in its own caches for the next: where cores have caches of their own, another core's lines come
/// at a tenth of the speed (docs/performance.md, "Shares"). Who is done with its share takes items one by one from the others', so a core that is taken away for a while costs one item, not half the job. Which worker runs an item never shows in a result.</para>
/// </remarks>
internal sealed unsafe class WorkerTeam : IDisposable
{
    /// <summary>Polls before a worker sleeps: to outlast the gaps inside a step, and not the drawing of a picture.</summary>
    private const int SpinsBeforeSleep = 2000;

    // One published job: the low half counts the workers inside it, bit 32 says that more may enter, the rest is its number.
    private const long Open = 1L << 32;
    private const long NextJob = 1L << 33;

    private readonly Thread[] _threads;
    private readonly Scratch[] _scratch;
    private readonly Scratch _shared = new();
    private readonly SemaphoreSlim _wake = new(0);
    private long _state;
    private int _sleepers;
    private volatile bool _stop;
    private int _busy;

    private void* _job;
    private delegate*<void*, int, int, void> _run;
    private int _items;
    private int _sharedItems;
    private readonly Claims[] _claims;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Starts <paramref name="threads"/> − 1 threads; the caller of <see cref="Run"/> is the last of the team.</summary>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _scratch = new Scratch[threads];
        _claims = new Claims[threads + 1];
        for (int i = 0; i < threads; i++)
            _scratch[i] = new Scratch();
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"GpuCgan worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Threads => _scratch.Length;

    /// <summary>Jobs run since the start.</summary>
    public long Jobs { get; private set; }

    /// <summary>Memory that belongs to one worker while it runs an item: at least <paramref name="floats"/> floats, aligned to 64 bytes.</summary>
    public Span<float> ScratchOf(int worker, int floats) => _scratch[worker].AtLeast(floats);

    /// <summary>Memory that all items of one job read: at least <paramref name="floats"/> floats, aligned to 64 bytes. Asked for outside of <see cref="Run"/>.</summary>
    public Span<float> SharedScratch(int floats) => _shared.AtLeast(floats);

    /// <summary>
    /// Runs items 0 … <paramref name="items"/>−1 of <paramref name="job"/> on the team and returns when all are done. The last <paramref name="shared"/> of them, and what does not divide by the team, belong to no
    /// worker's share: who is done first takes them.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called from two threads at once.</exception>
    public void Run<TJob>(ref TJob job, int items, int shared = 0) where TJob : struct, IJob, allows ref struct
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("A worker team runs one job at a time; give each concurrent user a device of its own.");
        Jobs++;
        try
        {
            if (items <= 1 || _threads.Length == 0)
            {
                for (int item = 0; item < items; item++)
                    job.Run(item, 0);
                return;
            }
            Publish(Unsafe.AsPointer(ref job), &RunItem<TJob>, items, shared);
            RunItems(0);
            CloseAndWait();
        }
        finally
        {
            _busy = 0;
        }
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
    }

    private static void RunItem<TJob>(void* job, int item, int worker) where TJob : struct, IJob, allows ref struct =>
        Unsafe.AsRef<TJob>(job).Run(item, worker);

    private void Publish(void* job, delegate*<void*, int, int, void> run, int items, int shared)
    {
        _job = job;
        _run = run;
        _items = items;
        _sharedItems = shared;
        // The previous job was closed and left, so only this thread writes the state now.
        Interlocked.Exchange(ref _state, (_state & ~(NextJob - 1)) + NextJob + Open);
        int sleepers = Volatile.Read(ref _sleepers);
        if (sleepers > 0)
            _wake.Release(sleepers);
    }

    private void CloseAndWait()
    {
        Interlocked.And(ref _state, ~Open);
        var spinner = new SpinWait();
        while ((Volatile.Read(ref _state) & (Open - 1)) != 0)
            spinner.SpinOnce(sleep1Threshold: -1);
    }

    private void RunItems(int worker)
    {
        int threads = Threads, job = (int)(Volatile.Read(ref _state) / NextJob);
        int share = (_items - _sharedItems) / threads;
        try
        {
            RunShare(worker, worker * share, share);
            RunShare(threads, threads * share, _items - threads * share);
            for (int i = worker + 1; i < worker + threads; i++)
                RunShare(i % threads, i % threads * share, share);
        }
        catch (Exception e)
        {
            // The first failure is handed to the caller of Run; the items not yet claimed are dropped.
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        }

        void RunShare(int index, int first, int count)
        {
            while (_failure is null && _claims[index].TryTake(job, count, out int item))
                _run(_job, first + item, worker);
        }
    }

    /// <summary>How many items of a share have been taken, and in which job: nobody has to set it back between two. Each has cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Claims
    {
        [FieldOffset(64)]
        private long _taken;

        public bool TryTake(int job, int count, out int item)
        {
            while (true)
            {
                long taken = Volatile.Read(ref _taken);
                item = (int)(taken >> 32) == job ? (int)taken : 0;
                if (item >= count)
                    return false;
                if (Interlocked.CompareExchange(ref _taken, ((long)job << 32) + item + 1, taken) == taken)
                    return true;
            }
        }
    }

    private void Work(int worker)
    {
        long left = 0;
        while (!_stop)
        {
            long job = AwaitJob(left);
            if (_stop)
                return;
            long state = Volatile.Read(ref _state);
            if ((state & Open) == 0 || Interlocked.CompareExchange(ref _state, state + 1, state) != state)
                continue;
            RunItems(worker);
            Interlocked.Decrement(ref _state);
            left = job;
        }
    }

    /// <summary>Waits until a job other than number <paramref name="left"/> is open.</summary>
    private long AwaitJob(long left)
    {
        for (int spins = 0; ; spins++)
        {
            long state = Volatile.Read(ref _state);
            if (((state & Open) != 0 && (state & -NextJob) != left) || _stop)
                return state & -NextJob;
            if (spins < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }
            // Counted before the state is read again: a job published in between sees the sleeper and wakes it.
            Interlocked.Increment(ref _sleepers);
            state = Interlocked.Read(ref _state);
            if (((state & Open) == 0 || (state & -NextJob) == left) && !_stop)
                _wake.Wait();
            Interlocked.Decrement(ref _sleepers);
            spins = 0;
        }
    }

    public void Dispose()
    {
        _stop = true;
        if (_threads.Length > 0)
            _wake.Release(_threads.Length);
        foreach (var thread in _threads)
            thread.Join();
        foreach (var scratch in _scratch)
            scratch.Dispose();
        _shared.Dispose();
        _wake.Dispose();
    }

    private sealed class Scratch : IDisposable
    {
        private float* _memory;
        private int _floats;

        public Span<float> AtLeast(int floats)
        {
            if (floats > _floats)
            {
                NativeMemory.AlignedFree(_memory);
                _memory = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), 64);
                _floats = floats;
            }
            return new Span<float>(_memory, floats);
        }

        public void Dispose()
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _floats = 0;
        }
    }
}
