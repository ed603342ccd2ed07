namespace ILGPU.Execution;

/// <summary>
/// The threads that share a launch's items, one a core with the caller as core 0. They and the lanes' threads are made when first
/// needed, serve every accelerator of the process and end with it. One launch runs at a time.
/// </summary>
internal static class Cores
{
    public static readonly int Count = Environment.ProcessorCount;

    private const int Closed = 1 << 30;

    private static readonly object Launching = new();
    private static readonly GroupRunner?[] Runners = new GroupRunner?[Count];
    private static readonly Baton Done = Baton.Create();
    private static Baton[] helpers = [];
    private static LoadedKernel? work;

    // The number of helpers at work, plus Closed where no more may join.
    private static int joined = Closed;

    [ThreadStatic]
    private static bool inKernel;

    public static void Enter(string kernel)
    {
        if (inKernel || Lane.IsRunning)
            throw new InvalidKernelOperationException($"Kernel '{kernel}' is launched from within a kernel.");
        Monitor.Enter(Launching);
        inKernel = true;
    }

    public static void Leave()
    {
        inKernel = false;
        Monitor.Exit(Launching);
    }

    /// <summary>The one runner of groups of a core.</summary>
    public static GroupRunner Runner(int core) => Runners[core] ??= new();

    /// <summary>Works on a kernel with all cores until nothing is left. A helper that wakes too late finds nothing and is not waited for.</summary>
    public static void Share(LoadedKernel kernel)
    {
        if (helpers.Length == 0)
            helpers = [.. Enumerable.Range(1, Count - 1).Select(Start)];
        work = kernel;
        Volatile.Write(ref joined, 0);
        foreach (Baton helper in helpers)
            helper.Pass();
        kernel.Work(0);
        if (Interlocked.Add(ref joined, Closed) != Closed)
            Done.Wait();
    }

    private static Baton Start(int core)
    {
        Baton baton = Baton.Create();
        new Thread(() => Help(core, baton)) { IsBackground = true, Name = $"Core {core}" }.Start();
        return baton;
    }

    private static void Help(int core, Baton baton)
    {
        inKernel = true;
        while (true)
        {
            baton.Wait();
            if (!Join())
                continue;
            work!.Work(core);
            if (Interlocked.Decrement(ref joined) == Closed)
                Done.Pass();
        }
    }

    private static bool Join()
    {
        for (int seen = Volatile.Read(ref joined); seen < Closed;)
        {
            int before = Interlocked.CompareExchange(ref joined, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }
}
