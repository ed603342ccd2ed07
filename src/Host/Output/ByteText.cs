using System.Globalization;

namespace GpuCgan.Host.Output;

/// <summary>Numbers of bytes in words.</summary>
internal static class ByteText
{
    /// <summary>Such as "11.6 MB": of 10⁶ bytes, and of 10³ below that.</summary>
    public static string Of(long bytes) => bytes < 1_000_000
        ? (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB"
        : (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";
}
