using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y = value with the given probability, else otherwise, for each element of [M, N] by itself: the targets of D, some of which are flipped. The probability is met within 2⁻²⁴.
/// Overwrites y.
/// </summary>
public sealed class Bernoulli(ComputeDevice device)
{
    internal readonly struct Formula(float probability, float value, float otherwise) : IPhiloxFormula<Formula>
    {
        private readonly float _probability = probability;
        private readonly float _value = value;
        private readonly float _otherwise = otherwise;

        public static bool ReadsInput => false;

        public Formula At(StepState clock) => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord>
        {
            y0 = Choose<TReal, TWord>(w0);
            y1 = Choose<TReal, TWord>(w1);
            y2 = Choose<TReal, TWord>(w2);
            y3 = Choose<TReal, TWord>(w3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private TReal Choose<TReal, TWord>(TWord word)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord> =>
            TReal.WherePositive(TReal.Of(_probability) - TReal.UnitInterval(word), TReal.Of(_value), TReal.Of(_otherwise));
    }

    private readonly ComputeDevice _device = device;
    private readonly PhiloxElements<Formula> _elements = new(device);

    /// <summary>Overwrites y.</summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose"/>.</param>
    /// <param name="y">[M, N].</param>
    /// <param name="probability">Of the value, in [0, 1].</param>
    /// <param name="value">What an element becomes with that probability.</param>
    /// <param name="otherwise">What it becomes else.</param>
    /// <exception cref="ArgumentException">The probability is none, there is no clock, or y has more elements than an int counts.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, Matrix y, float probability, float value, float otherwise)
    {
        if (probability is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        using var launch = _device.Profiler?.Begin("Bernoulli", $"{y}", 2 * y.Elements, sizeof(float) * y.Elements);
        _elements.Launch(clock, purpose, y, y, new Formula(probability, value, otherwise));
    }
}
