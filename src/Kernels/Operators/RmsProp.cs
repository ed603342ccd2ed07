using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// RMSProp (Tieleman and Hinton 2012, lecture 6.5) over a whole arena:
/// <code>
/// v ← ρ·v + (1 − ρ)·g²
/// w ← w − α·g / (√v + ε)
/// </code>
/// ε stands outside of the root, as in PyTorch. v starts at zero and is not corrected for it, so the first step is α/√(1 − ρ) long, 10·α at ρ = 0.99. α is
/// the learning rate times the clock's scale. Parameters and v are updated in place, gradients are read. Padding, all zeros, stays zero.
/// </summary>
public sealed class RmsProp(ComputeDevice device)
{
    internal readonly struct Rule(RmsPropOptions options) : IArenaRule
    {
        private readonly float _decay = options.Decay, _rest = (float)(1 - (double)options.Decay), _epsilon = options.Epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<T>(T rate, T g, ref T w, ref T v) where T : struct, IReal<T>
        {
            v = T.Of(_decay) * v + T.Of(_rest) * (g * g);
            w -= rate * g / (T.Sqrt(v) + T.Of(_epsilon));
        }
    }

    private readonly ArenaStep<Rule> _step = new(device);

    /// <summary>One update of every parameter of an arena.</summary>
    /// <param name="clock">[1], whose scale multiplies the rate.</param>
    /// <param name="parameters">[P], updated.</param>
    /// <param name="gradients">[P], read.</param>
    /// <param name="meanSquares">[P], zeros at the start, updated.</param>
    /// <param name="options">α, ρ and ε.</param>
    /// <exception cref="ArgumentException">The lengths differ, or an option is outside of its range.</exception>
    public void Launch(ArrayView<StepState> clock, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> meanSquares, RmsPropOptions options)
    {
        options.Check();
        using var launch = device.Profiler?.Begin("RmsProp", $"{parameters.Length}", 9 * parameters.Length, 5 * sizeof(float) * parameters.Length);
        _step.Launch(clock, parameters, gradients, meanSquares, options.LearningRate, new Rule(options));
    }
}
