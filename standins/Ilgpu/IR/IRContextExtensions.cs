using ILGPU.IR.Intrinsics;

namespace ILGPU.IR;

/// <summary>A value of a kernel that is being translated. There are none here.</summary>
public abstract class Value
{
    internal Value()
    {
    }
}

public static class IRContextExtensions
{
    /// <exception cref="ArgumentNullException">There is no builder.</exception>
    public static IntrinsicImplementationManager GetIntrinsicManager(this Context.Builder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return new();
    }
}
