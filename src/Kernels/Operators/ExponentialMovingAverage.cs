using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// average ← decay·average + (1 − decay)·parameters over a whole arena [P]: the weights that a generator samples with (Yazıcı et al. 2019,
/// "The unusual effectiveness of averaging in GAN training"). The average is updated in place.
/// </summary>
public sealed class ExponentialMovingAverage(ComputeDevice device)
{
    internal readonly struct Formula(float decay) : IFormula
    {
        private readonly float _decay = decay;
        private readonly float _rest = (float)(1 - (double)decay);

        public T Apply<T>(T average, T parameter) where T : struct, IReal<T> => T.Of(_decay) * average + T.Of(_rest) * parameter;
    }

    private readonly ComputeDevice _device = device;
    private readonly Elementwise<Formula> _elements = new(device);

    /// <summary>One update of the average.</summary>
    /// <param name="average">[P], updated; a copy of the parameters at the start.</param>
    /// <param name="parameters">[P], read.</param>
    /// <param name="decay">In [0, 1]; 0.999 averages over some thousand steps.</param>
    /// <exception cref="ArgumentException">The lengths differ, or the decay is not in [0, 1].</exception>
    public void Launch(ArrayView<float> average, ArrayView<float> parameters, float decay)
    {
        if (average.Length != parameters.Length || average.Length is < 1 or > int.MaxValue)
            throw new ArgumentException($"An average of {average.Length} does not fit {parameters.Length} parameters.");
        if (decay is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "An average decays by a factor in [0, 1].");
        var target = new Matrix(average, 1, (int)average.Length);
        using var launch = _device.Profiler?.Begin("ExponentialMovingAverage", $"{average.Length}", 3 * average.Length, 3 * sizeof(float) * average.Length);
        _elements.Launch(target, new Matrix(parameters, 1, (int)parameters.Length), target, new Formula(decay));
    }
}
