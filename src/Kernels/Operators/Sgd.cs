using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Stochastic gradient descent (Robbins and Monro 1951) with Polyak's momentum (1964), over a whole arena:
/// <code>
/// b ← μ·b + g
/// w ← w − α·b
/// </code>
/// as PyTorch writes it: the rate stands outside of the velocity b, which starts at zero; μ = 0 is plain descent. α is the learning rate times the clock's scale.
/// Parameters and b are updated in place, gradients are read. Padding, all zeros, stays zero.
/// </summary>
public sealed class Sgd(ComputeDevice device)
{
    internal readonly struct Rule(float momentum) : IArenaRule
    {
        private readonly float _momentum = momentum;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(T rate, T g, ref T w, ref T velocity) where T : struct, IReal<T>
        {
            velocity = T.Of(_momentum) * velocity + g;
            w -= rate * velocity;
        }
    }

    private readonly ArenaStep<Rule> _step = new(device);

    /// <summary>One update of every parameter of an arena.</summary>
    /// <param name="clock">[1], whose scale multiplies the rate.</param>
    /// <param name="parameters">[P], updated.</param>
    /// <param name="gradients">[P], read.</param>
    /// <param name="velocities">[P], zeros at the start, updated.</param>
    /// <param name="learningRate">α, finite and not negative.</param>
    /// <param name="momentum">μ in [0, 1).</param>
    /// <exception cref="ArgumentException">The lengths differ, or an option is outside of its range.</exception>
    public void Launch(
        ArrayView<StepState> clock, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> velocities, float learningRate, float momentum)
    {
        // Written so that a NaN is refused.
        if (!(learningRate >= 0 && float.IsFinite(learningRate) && momentum is >= 0 and < 1))
            throw new ArgumentException($"A learning rate of {learningRate} with momentum {momentum}: the rate is finite and not negative, the momentum lies in [0, 1).");
        using var launch = device.Profiler?.Begin("Sgd", $"{parameters.Length}", 4 * parameters.Length, 5 * sizeof(float) * parameters.Length);
        _step.Launch(clock, parameters, gradients, velocities, learningRate, new Rule(momentum));
    }
}
