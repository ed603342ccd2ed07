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

    /// <summary>
    /// On tensor cores, with every operand in two pieces of TF32 and three products of them: each product is off by a factor of at most 1 ± 2⁻²¹, and they are added in single precision. The same
    /// GPUs. What it costs beside the others: docs/performance.md, "GPU".
    /// </summary>
    Tf32x3,
}
