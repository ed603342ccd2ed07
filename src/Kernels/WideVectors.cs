using System.Runtime.Intrinsics;

namespace GpuCgan.Kernels;

/// <summary>The vector registers that the wide twins use on this processor.</summary>
public static class WideVectors
{
    /// <summary>Bits a register: 512, 256 or 128.</summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>For people, such as "512-bit vectors".</summary>
    public static string Description => $"{Bits}-bit vectors";
}
