using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 2014), inverted so that inference needs nothing:
/// y = x·mask / (1 − rate) over [M, N], where an element of the mask is 1 with probability 1 − rate and 0 else. Overwrites y, which may be x.
/// </summary>
/// <remarks>
/// The mask is a function of step, seed, purpose and place (<see cref="PhiloxElements{TFormula}"/>), so nothing is kept for backward:
/// the same call on dy, in the same step and with the same purpose, is dx. The probability is met within 2⁻²⁴. The product with a mask of 0 is formed, so a
/// NaN stays a NaN.
/// </remarks>
public sealed class Dropout(ComputeDevice device)
{
    internal readonly struct Formula(float rate) : IPhiloxFormula<Formula>
    {
        private readonly float _rate = rate;
        private readonly float _scale = 1 / (1 - rate);

        /// <summary>Of a mask.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
        public static Formula Of(DropoutMask mask) => mask.Rate is >= 0 and < 1
            ? new(mask.Rate)
            : throw new ArgumentOutOfRangeException(nameof(mask), mask.Rate, "A dropout rate lies in [0, 1).");

        public static bool ReadsInput => true;

        public Formula At(StepState clock) => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord>
        {
            y0 *= Mask<TReal, TWord>(w0);
            y1 *= Mask<TReal, TWord>(w1);
            y2 *= Mask<TReal, TWord>(w2);
            y3 *= Mask<TReal, TWord>(w3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TReal Mask<TReal, TWord>(TWord word)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord> =>
            TReal.WherePositive(TReal.UnitInterval(word) - TReal.Of(_rate), TReal.Of(_scale), TReal.Of(0f));
    }

    private readonly ComputeDevice _device = device;
    private readonly PhiloxElements<Formula> _elements = new(device);

    /// <summary>y = x·mask / (1 − rate), or dx from dy. Overwrites y.</summary>
    /// <param name="clock">[1], the step and the seed; the same for forward and backward.</param>
    /// <param name="purpose">Which mask; see <see cref="Purpose.Dropout"/>.</param>
    /// <param name="x">[M, N].</param>
    /// <param name="y">[M, N]; may be x itself, but not otherwise overlap it.</param>
    /// <param name="rate">The probability in [0, 1) with which an element is dropped.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    /// <exception cref="ArgumentException">The shapes differ, there is no clock, or x has more elements than an int counts.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, Matrix x, Matrix y, float rate) => Launch(new DropoutMask(clock, purpose, rate), x, y);

    /// <inheritdoc cref="Launch(ArrayView{StepState}, uint, Matrix, Matrix, float)"/>
    public void Launch(DropoutMask mask, Matrix x, Matrix y)
    {
        using var launch = _device.Profiler?.Begin("Dropout", $"{x}", 2 * x.Elements, 2 * sizeof(float) * x.Elements);
        Apply(mask, x, y);
    }

    /// <summary>The same as a part of another operator's launch.</summary>
    internal void Apply(DropoutMask mask, Matrix x, Matrix y) => _elements.Launch(mask.Clock, mask.Purpose, x, y, Formula.Of(mask));
}
