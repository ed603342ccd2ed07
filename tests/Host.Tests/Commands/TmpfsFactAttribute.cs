using System.Diagnostics;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>A test on a file system of its own, small enough to be filled; a visible skip where it cannot be mounted.</summary>
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "Linux alone has tmpfs.";
        else if (!CanMount.Value)
            Skip = "A tmpfs cannot be mounted here: that needs root.";
    }

    private static Lazy<bool> CanMount { get; } = new(() =>
    {
        string folder = Directory.CreateTempSubdirectory("gpucgan-mount-").FullName;
        bool mounted = Mount(folder, "size=1m");
        if (mounted)
            Unmount(folder);
        Directory.Delete(folder);
        return mounted;
    });

    /// <summary>Mounts a tmpfs, or changes one that is there with <c>remount</c> among the options.</summary>
    public static bool Mount(string folder, string options) => Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder);

    public static bool Unmount(string folder) => Run("umount", folder);

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
