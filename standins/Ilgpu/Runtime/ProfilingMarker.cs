namespace ILGPU.Runtime;

/// <summary>A point in a stream's time.</summary>
public abstract class ProfilingMarker : AcceleratorObject
{
    protected ProfilingMarker(Accelerator accelerator) : base(accelerator)
    {
    }

    public static TimeSpan operator -(ProfilingMarker end, ProfilingMarker start) => end.MeasureFrom(start);

    /// <summary>Waits until the stream got here.</summary>
    public abstract void Synchronize();

    /// <summary>The time from <paramref name="marker"/> to this one.</summary>
    public abstract TimeSpan MeasureFrom(ProfilingMarker marker);
}
