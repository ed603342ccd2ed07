namespace GpuCgan.Host.Tests.Commands;

/// <summary>A theory that sends signals with <c>kill</c>; a visible skip where there is none.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has no 'kill' to send SIGINT and SIGTERM with.";
    }
}
