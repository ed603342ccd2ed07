using System.Runtime.Intrinsics.X86;

namespace GpuCgan.Host.Tests.Profiling;

/// <summary>A test that reads x64 machine code with fused multiply-adds; a visible skip elsewhere.</summary>
public sealed class FmaTheoryAttribute : TheoryAttribute
{
    public FmaTheoryAttribute()
    {
        if (!Fma.X64.IsSupported)
            Skip = "This processor, or the runtime as it was started, has no x64 fused multiply-adds.";
    }
}
