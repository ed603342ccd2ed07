namespace GpuCgan.Host.Data.Fetching;

/// <summary>How patient a download is.</summary>
/// <param name="Stall">A connection that brings nothing for so long is given up.</param>
/// <param name="Attempts">How often one mirror is asked for a file. An attempt that brought <see cref="GoodProgress"/> is not counted.</param>
/// <param name="Pause">The wait before a mirror is asked again; twice as long each time.</param>
public sealed record DownloadPolicy(TimeSpan Stall, int Attempts, TimeSpan Pause)
{
    /// <summary>So many bytes make an attempt worth another.</summary>
    public const long GoodProgress = 256 << 10;

    public static readonly DownloadPolicy Default = new(TimeSpan.FromSeconds(30), 3, TimeSpan.FromSeconds(1));
}
