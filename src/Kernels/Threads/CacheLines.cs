using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GpuCgan.Kernels.Threads;

/// <summary>Lines of memory that other cores may have in their caches too.</summary>
internal static class CacheLines
{
    /// <summary>Floats of a line.</summary>
    public const int Floats = 16;

    /// <summary>
    /// Takes the lines of <paramref name="values"/> away from other cores, ahead of a loop that reads and writes them: writes to a line that another core has read wait for that core, and among a loop's
    /// loads and other writes one wait follows the other. A write a line and nothing else lets the waits overlap. No value changes, and nobody else may write them meanwhile.
    /// </summary>
    public static void Own(Span<float> values)
    {
        ref float value = ref MemoryMarshal.GetReference(values);
        for (int i = 0; i < values.Length; i += Floats)
            Volatile.Write(ref Unsafe.Add(ref value, i), Unsafe.Add(ref value, i));
    }
}
