using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// w ← min(max(w, −c), c) over a whole arena [P], after the optimiser's step: WGAN's way to a Lipschitz critic (Arjovsky, Chintala and Bottou 2017, algorithm 1, c = 0.01).
/// In place. A NaN stays a NaN.
/// </summary>
public sealed class WeightClip(ComputeDevice device)
{
    internal readonly struct Formula(float bound) : IFormula
    {
        private readonly float _bound = bound;

        // Max and Min hand on their second argument where one is NaN.
        public T Apply<T>(T w, T unused) where T : struct, IReal<T> => T.Min(T.Of(_bound), T.Max(T.Of(-_bound), w));
    }

    private readonly Elementwise<Formula> _elements = new(device);

    /// <summary>Clips every parameter of an arena.</summary>
    /// <param name="parameters">[P], updated.</param>
    /// <param name="bound">c, positive and finite.</param>
    /// <exception cref="ArgumentException">There are no parameters, or the bound is outside of its range.</exception>
    public void Launch(ArrayView<float> parameters, float bound)
    {
        if (parameters.Length is < 1 or > int.MaxValue || !(bound > 0 && float.IsFinite(bound)))
            throw new ArgumentException($"{parameters.Length} parameters are not clipped to ±{bound}: the bound is positive and finite.");
        using var launch = device.Profiler?.Begin("WeightClip", $"{parameters.Length}", 2 * parameters.Length, 2 * sizeof(float) * parameters.Length);
        var all = new Matrix(parameters, 1, (int)parameters.Length);
        _elements.Launch(all, all, all, new Formula(bound));
    }
}
