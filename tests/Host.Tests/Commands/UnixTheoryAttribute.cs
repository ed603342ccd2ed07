using System.Globalization;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>A theory that sends signals with <c>kill</c>; a visible skip where there is none, or where a signal cannot arrive.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
            Skip = "Windows has no 'kill' to send SIGINT and SIGTERM with.";
        else if (IsInterruptIgnored.Value)
            Skip = "SIGINT is ignored here and in every process that is started from here, as in a job that a shell runs in the background; run the tests in the foreground.";
    }

    /// <summary>Bit s − 1 of SigIgn, a hexadecimal number, says that signal s is ignored (proc(5)); SIGINT is 2. .NET leaves it ignored, as a program should.</summary>
    private static Lazy<bool> IsInterruptIgnored { get; } = new(() =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
        && (ulong.Parse(line.AsSpan("SigIgn:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 2) != 0);
}
