using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Schemes;

/// <summary>
/// How a kernel goes over arenas: a lane has four neighbouring floats of each and moves them with one instruction of 128 bits. So a lane waits for memory once, and
/// what lanes compute alike, such as a step's corrections, is computed a quarter as often.
/// </summary>
internal static class ArenaFours
{
    /// <summary>Floats of an arena a lane.</summary>
    public const int ALane = 4;

    /// <summary>Floats an arena, at most: a lane's first index is an int.</summary>
    public const int MaxLength = 1 << 30;

    /// <summary>Lanes for an arena; the last may have fewer than four floats.</summary>
    public static int Lanes(long length) => ((int)length - 1) / ALane + 1;

    /// <summary>How many lanes, the first ones, may move four floats at once: none where an arena does not start at a multiple of 16 bytes.</summary>
    public static int Whole(params ReadOnlySpan<ArrayView<float>> arenas)
    {
        foreach (var arena in arenas)
        {
            if (!ViewPlace.StartsAFour(arena))
                return 0;
        }
        return (int)arenas[0].Length / ALane;
    }

    /// <summary>In a kernel: the floats of a lane.</summary>
    public static ref Float4 Of(ArrayView<float> arena, int lane) => ref arena.Cast<Float4>()[lane];

    /// <summary>In a kernel: where a lane's floats end that are moved one by one.</summary>
    public static int End(ArrayView<float> arena, int lane) => Math.Min((lane + 1) * ALane, arena.IntLength);
}
