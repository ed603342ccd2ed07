namespace GpuCgan.Kernels.Numerics;

/// <summary>The bit patterns of IEEE 754 single precision that the formulas take apart.</summary>
internal static class RealBits
{
    public const int FractionBits = 23;
    public const int ExponentBias = 127;
    public const uint Fraction = (1u << FractionBits) - 1;

    public const uint MinusZero = 0x80000000;

    /// <summary>√½, rounded to single.</summary>
    public const uint SquareRootOfHalf = 0x3F3504F3;

    public const float TwoToMinus23 = 1.1920929e-7f;
}
