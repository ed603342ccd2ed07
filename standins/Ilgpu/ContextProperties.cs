namespace ILGPU;

/// <summary>The options of a context.</summary>
public class ContextProperties
{
    protected ContextProperties()
    {
    }

    public bool EnableAssertions { get; protected set; }

    public bool EnableProfiling { get; protected set; }

    public MathMode MathMode { get; protected set; } = MathMode.Default;

    public OptimizationLevel OptimizationLevel { get; protected set; } = OptimizationLevel.Release;
}
