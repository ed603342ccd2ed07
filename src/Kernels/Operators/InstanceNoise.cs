using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// y = x + deviation·scale·n over [M, N], n standard normal and scale the clock's <see cref="StepState.NoiseScale"/>, which a schedule lets fall to 0: noise on
/// what D sees, so that real and generated images overlap while they still would not (Sønderby et al. 2017; Arjovsky and Bottou 2017). Overwrites y, which may be x.
/// Backward: dx = dy.
/// </summary>
public sealed class InstanceNoise(ComputeDevice device)
{
    internal readonly struct Formula(float deviation) : IPhiloxFormula<Formula>
    {
        private readonly float _deviation = deviation;

        public static bool ReadsInput => true;

        public Formula At(StepState clock) => new(_deviation * clock.NoiseScale);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord>
        {
            TReal n0 = default, n1 = default, n2 = default, n3 = default;
            new Philox.NormalFormula(_deviation).Apply(w0, w1, w2, w3, ref n0, ref n1, ref n2, ref n3);
            y0 += n0;
            y1 += n1;
            y2 += n2;
            y3 += n3;
        }
    }

    private readonly ComputeDevice _device = device;
    private readonly PhiloxElements<Formula> _elements = new(device);

    /// <summary>Overwrites y.</summary>
    /// <param name="clock">[1], the step, the seed and the noise's scale.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose.InstanceNoise"/>.</param>
    /// <param name="x">[M, N].</param>
    /// <param name="y">[M, N]; may be x itself, but not otherwise overlap it.</param>
    /// <param name="deviation">The standard deviation at scale 1; finite and not negative.</param>
    /// <exception cref="ArgumentException">The deviation is none, the shapes differ, there is no clock, or x has more elements than an int counts.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, Matrix x, Matrix y, float deviation)
    {
        if (!(deviation >= 0 && float.IsFinite(deviation)))
            throw new ArgumentOutOfRangeException(nameof(deviation), deviation, "A deviation is finite and not negative.");
        using var launch = _device.Profiler?.Begin("InstanceNoise", $"{x}", 6 * x.Elements, 2 * sizeof(float) * x.Elements);
        _elements.Launch(clock, purpose, x, y, new Formula(deviation));
    }
}
