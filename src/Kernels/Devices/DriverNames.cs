using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace GpuCgan.Kernels.Devices;

/// <summary>
/// Finds the drivers that Linux installs. ILGPU asks for <c>OpenCL</c> and <c>cuda</c>, that is libOpenCL.so and libcuda.so, names that only development
/// packages install; a machine that just runs programs has libOpenCL.so.1 and libcuda.so.1.
/// </summary>
internal static class DriverNames
{
    private static readonly Lock Gate = new();
    private static bool s_registered;

    /// <summary>Adds the fallback to ILGPU's assembly, once a process: .NET allows one resolver an assembly.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (s_registered)
                return;
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Resolve);
            s_registered = true;
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (NativeLibrary.TryLoad(name, assembly, path, out nint handle))
            return handle;
        foreach (string driver in (ReadOnlySpan<string>)["OpenCL", "cuda"])
        {
            if (name.Contains(driver, StringComparison.OrdinalIgnoreCase) && NativeLibrary.TryLoad($"lib{driver}.so.1", assembly, path, out handle))
                return handle;
        }
        // Zero lets the runtime go on and raise its own DllNotFoundException, which ILGPU turns into "no such device".
        return 0;
    }
}
