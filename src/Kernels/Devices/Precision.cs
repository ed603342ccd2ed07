namespace GpuCgan.Kernels.Devices;

/// <summary>How products of matrices are computed. Everything else, and what is stored, is single precision always.</summary>
public enum Precision
{
    /// <summary>Single precision.</summary>
    Fp32,

    /// <summary>
    /// On tensor cores: operands are rounded to TF32's 11 significant bits, so each by a factor of at most 1 ± 2⁻¹¹, and products of them are added in single precision. NVIDIA
    /// GPUs from Ampere (compute capability 8.0) on.
    /// </summary>
    Tf32,
}
