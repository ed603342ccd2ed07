namespace ILGPU.Runtime;

/// <summary>A queue of launches and copies.</summary>
public abstract class AcceleratorStream : AcceleratorObject
{
    protected AcceleratorStream(Accelerator accelerator) : base(accelerator)
    {
    }

    /// <summary>Waits for everything in the queue.</summary>
    public abstract void Synchronize();

    public Task SynchronizeAsync() => Task.Run(Synchronize);

    /// <summary>Notes the time at which the queue gets here.</summary>
    /// <exception cref="NotSupportedException">The context was built without <see cref="Context.Builder.Profiling"/>.</exception>
    public ProfilingMarker AddProfilingMarker() =>
        Accelerator.Context.Properties.EnableProfiling
            ? AddProfilingMarkerInternal()
            : throw new NotSupportedException("Profiling markers need a context built with Profiling().");

    protected abstract ProfilingMarker AddProfilingMarkerInternal();
}
