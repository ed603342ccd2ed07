using System.Numerics;

namespace GpuCgan.Kernels.Numerics;

/// <summary>Divides 0 ≤ n &lt; 2³¹ by a number that the host knows: in a kernel a product and a shift, where a division is some forty instructions.</summary>
/// <remarks>
/// With l = ⌈log₂ d⌉ and m = ⌈2^(31+l) / d⌉ there is an e &lt; d ≤ 2ˡ with m·d = 2^(31+l) + e. So n·m / 2^(31+l) = n/d + n·e / (d·2^(31+l)) exceeds n/d by less than 1/d and has
/// its floor. m is below 2³², and n·m below 2⁶³.
/// </remarks>
internal readonly struct Divisor
{
    private readonly int _divisor;
    private readonly uint _factor;
    private readonly int _shift;

    /// <param name="divisor">d, at least 1.</param>
    public Divisor(int divisor)
    {
        _divisor = divisor;
        _shift = 31 + (32 - BitOperations.LeadingZeroCount((uint)divisor - 1));
        _factor = (uint)(((1UL << _shift) + (uint)divisor - 1) / (uint)divisor);
    }

    /// <summary>⌊n / d⌋.</summary>
    public int Divide(int n) => (int)(((ulong)(uint)n * _factor) >> _shift);

    /// <summary>⌊n / d⌋ and what remains.</summary>
    public int Divide(int n, out int remainder)
    {
        int quotient = Divide(n);
        remainder = n - quotient * _divisor;
        return quotient;
    }
}
