using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using ILGPU.Runtime;

namespace ILGPU.Execution;

/// <summary>A kernel and the launch of it under way: items 0, 1, … that do not depend on one another, shared out among the cores.</summary>
internal abstract class LoadedKernel
{
    // Below this the launch is over before another core could have been woken.
    private static readonly long WorthSharing = Stopwatch.Frequency * 30 / 1_000_000;

    private long items;
    private long chunk;
    private long next;
    private long faultAt;
    private ExceptionDispatchInfo? fault;

    /// <exception cref="NotSupportedException">The kernel is an instance method or a lambda that captures something.</exception>
    /// <exception cref="InternalCompilerException">
    /// A parameter's type is neither public nor internal to an assembly that names "ILGPURuntime" in InternalsVisibleTo: the package,
    /// which makes a class with a field of each type, cannot load such a kernel.
    /// </exception>
    protected LoadedKernel(Accelerator accelerator, Delegate kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        if (!kernel.Method.IsStatic && Captures(kernel.Method.DeclaringType))
            throw new NotSupportedException($"Kernel '{kernel.Method.Name}' is no static method and captures something.");
        foreach (ParameterInfo parameter in kernel.Method.GetParameters())
        {
            if (!IsAccessible(parameter.ParameterType))
            {
                throw new InternalCompilerException(
                    $"Kernel '{kernel.Method.Name}': {parameter.ParameterType} is not public, nor internal in an assembly with"
                    + " [assembly: InternalsVisibleTo(\"ILGPURuntime\")].");
            }
        }
        Accelerator = accelerator;
        Name = $"{kernel.Method.DeclaringType?.Name}.{kernel.Method.Name}";
    }

    public Accelerator Accelerator { get; }

    public string Name { get; }

    /// <summary>How many cores may work on a launch.</summary>
    protected virtual int MaxCores => Cores.Count;

    /// <summary>Waits until no other launch is under way, and keeps others waiting until the turn is disposed.</summary>
    /// <exception cref="InvalidKernelOperationException">The caller is a kernel.</exception>
    public Turn Begin(AcceleratorStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Accelerator.VerifyUsable();
        Cores.Enter(Name);
        return default;
    }

    /// <summary>Takes items until there are none, as one of several cores.</summary>
    public void Work(int core)
    {
        if (core >= MaxCores)
            return;
        while (true)
        {
            long from = Interlocked.Add(ref next, chunk) - chunk;
            if (from >= items)
                return;
            Try(core, from, Math.Min(from + chunk, items));
        }
    }

    /// <summary>
    /// Runs all items and throws what the first failing one threw. The caller begins alone, with batches of growing size, and calls
    /// the other cores as soon as what is left seems worth it.
    /// </summary>
    protected void RunAll(long count)
    {
        items = count;
        next = 0;
        chunk = 1;
        fault = null;
        faultAt = long.MaxValue;

        long start = Stopwatch.GetTimestamp();
        for (long batch = 1; next < items; batch *= 2)
        {
            long from = next, to = Math.Min(from + batch, items);
            next = to;
            Try(0, from, to);
            long left = items - next;
            if (left > 0 && Cores.Count > 1 && (Stopwatch.GetTimestamp() - start) * ((double)left / to) > WorthSharing)
            {
                chunk = Math.Max(1, left / (Cores.Count * 8));
                Cores.Share(this);
            }
        }
        fault?.Throw();
    }

    /// <summary>Runs items on one of the cores; core 0 is the caller's.</summary>
    protected abstract void Run(int core, long from, long to);

    /// <summary>Whether an instance method of the type could see any state: the package's test of a lambda.</summary>
    private static bool Captures(Type? type)
    {
        const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        return type is not { IsClass: true } || type.GetFields(Instance).Length > 0 || type.GetProperties(Instance).Length > 0;
    }

    private static bool IsAccessible(Type type)
    {
        // A parameter of an open generic type declares that type in turn; what it is bound to is seen in the closed type.
        if (type.IsGenericParameter)
            return true;
        bool visible = type.IsPublic || type.IsNestedPublic || ((type.IsNotPublic || type.IsNestedAssembly || type.IsNestedFamORAssem)
            && type.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Any(friend => friend.AssemblyName == "ILGPURuntime"));
        return visible && (type.DeclaringType is null || IsAccessible(type.DeclaringType)) && type.GetGenericArguments().All(IsAccessible);
    }

    /// <remarks>
    /// Chunks are handed out in order and each runs up to its own failure, so that the failure that is kept, that of the lowest item,
    /// is the same in every run.
    /// </remarks>
    private void Try(int core, long from, long to)
    {
        try
        {
            Run(core, from, to);
        }
        catch (Exception exception)
        {
            lock (this)
            {
                if (from < faultAt)
                {
                    faultAt = from;
                    fault = ExceptionDispatchInfo.Capture(exception);
                }
            }
            Volatile.Write(ref next, items);
        }
    }

    /// <summary>The right to launch.</summary>
    public readonly ref struct Turn
    {
        public void Dispose() => Cores.Leave();
    }
}
