using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>Where a gradient penalty wants a critic's slope.</summary>
public enum PenaltyCentre
{
    /// <summary>λ·(‖g‖ − 1)², two-sided: WGAN-GP (Gulrajani et al. 2017).</summary>
    One,

    /// <summary>λ·‖g‖²: R1 on real and R2 on generated samples (Mescheder, Geiger and Nowozin 2018), whose γ/2 is λ.</summary>
    Zero,
}

/// <summary>
/// A penalty on the norm of a critic's input gradients g [M, N], a row a sample: P = λ/M·Σᵢ(‖gᵢ‖ − 1)², or λ/M·Σᵢ‖gᵢ‖². Adds P to a metric, the mean norm to
/// another, and writes t = ∂P/∂g, from which the tangent pass starts that gives the weights' gradient:
/// <code>
/// tᵢ = 2λ/M·(1 − 1/‖gᵢ‖)·gᵢ     or   tᵢ = 2λ/M·gᵢ
/// </code>
/// t may be g. At ‖g‖ = 0 the one-centred penalty has no derivative; t is 0 there, in the middle of its subgradients.
/// </summary>
/// <remarks>‖g‖² in the order of <see cref="RowStrands"/>, the sums over the batch in one group as <see cref="Strands"/> says.</remarks>
public sealed class GradientNormPenalty
{
    /// <summary>‖g‖ below this is 0: its square is below the smallest normal number.</summary>
    private const float Tiny = 1e-18f;

    internal readonly struct Rule(PenaltyCentre centre, float weight, int rows)
    {
        private readonly float _target = centre == PenaltyCentre.One ? 1 : 0;
        private readonly float _weight = weight, _rows = rows;

        /// <summary>(‖g‖ − c)².</summary>
        public T Value<T>(T norm) where T : struct, IReal<T>
        {
            T excess = norm - T.Of(_target);
            return excess * excess;
        }

        /// <summary>t = coefficient·g.</summary>
        public T Coefficient<T>(T norm) where T : struct, IReal<T>
        {
            T pull = T.WherePositive(norm - T.Of(Tiny), T.Of(1f) - T.Of(_target) / norm, T.Of(0f));
            // A norm of NaN compares as not positive; norm − norm lets it through.
            return T.Of(2f * _weight / _rows) * (pull + (norm - norm));
        }

        /// <summary>λ/M.</summary>
        public float Scale => _weight / _rows;
    }

    internal readonly struct Product : IRowFormula
    {
        public T Apply<T>(T g, T unused, T coefficient) where T : struct, IReal<T> => coefficient * g;
    }

    /// <summary>One group: squared norms become coefficients.</summary>
    private static void Kernel(ArrayView<float> norms, ArrayView<float> penalty, ArrayView<float> meanNorm, Rule rule)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        // Read here, they come while the norms do.
        float penaltyBefore = penalty[0], meanBefore = meanNorm[0];
        float penaltyStrand = 0, normStrand = 0;
        for (int row = lane; row < norms.IntLength; row += Strands.Lanes)
        {
            var norm = Real1.Sqrt(new Real1(norms[row]));
            penaltyStrand += rule.Value(norm).Value;
            normStrand += norm.Value;
            norms[row] = rule.Coefficient(norm).Value;
        }
        var totals = Strands.GroupTotals(shared, new Pair(penaltyStrand, normStrand), lane);
        if (lane == 0)
        {
            penalty[0] = penaltyBefore + rule.Scale * totals.A;
            meanNorm[0] = meanBefore + totals.B / norms.IntLength;
        }
    }

    private readonly ComputeDevice _device;
    private readonly RowDot _dot;
    private readonly Rowwise<Product> _scale;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, Rule>? _kernel;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public GradientNormPenalty(ComputeDevice device)
    {
        _device = device;
        _dot = new(device);
        _scale = new(device);
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, Rule>(Kernel));
    }

    /// <summary>The penalty of a batch and its gradient by g.</summary>
    /// <param name="gradients">g, [M, N]: sample i's gradient of its own output by its own input, flattened.</param>
    /// <param name="norms">[M], overwritten.</param>
    /// <param name="tangents">t, [M, N], overwritten; may be g.</param>
    /// <param name="penalty">[1], to which P is added.</param>
    /// <param name="meanNorm">[1], to which the mean of ‖g‖ is added.</param>
    /// <param name="centre">Which penalty.</param>
    /// <param name="weight">λ, positive and finite.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or λ is outside of its range.</exception>
    public void Launch(
        Matrix gradients, ArrayView<float> norms, Matrix tangents, ArrayView<float> penalty, ArrayView<float> meanNorm, PenaltyCentre centre, float weight)
    {
        int rows = gradients.Rows;
        if (norms.Length != rows || tangents.Rows != rows || tangents.Columns != gradients.Columns || penalty.Length != 1 || meanNorm.Length != 1)
        {
            throw new ArgumentException(
                $"A penalty takes M×N gradients and tangents, M norms, one value and one mean, not {gradients}, {tangents}, {norms.Length}, {penalty.Length} and {meanNorm.Length}.");
        }
        if (!(weight > 0 && float.IsFinite(weight)))
            throw new ArgumentException($"A penalty's weight is positive and finite, not {weight}.", nameof(weight));
        var column = new Matrix(norms, rows, 1);
        var rule = new Rule(centre, weight, rows);
        _dot.Launch(gradients, gradients, column, accumulate: false);
        using (_device.Profiler?.Begin("GradientNormPenalty", $"{rows}", 9L * rows, 2L * sizeof(float) * rows))
        {
            if (_kernel is not null)
                _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), norms, penalty, meanNorm, rule);
            else
                RunWide(norms.AsHostSpan(), ref penalty.AsHostSpan()[0], ref meanNorm.AsHostSpan()[0], rule);
        }
        using var launch = _device.Profiler?.Begin("GradientNormPenalty.Tangent", $"{gradients}", gradients.Elements, sizeof(float) * (2 * gradients.Elements + rows));
        _scale.Launch(gradients, gradients, column, tangents, default);
    }

    /// <summary>On the caller's thread: a batch of norms is shorter than a wake-up.</summary>
    private void RunWide(Span<float> norms, ref float penalty, ref float meanNorm, Rule rule)
    {
        var scratch = _device.Team!.SharedScratch(2 * Strands.Lanes);
        Span<float> penalties = scratch[..Strands.Lanes], lengths = scratch.Slice(Strands.Lanes, Strands.Lanes);
        penalties.Clear();
        lengths.Clear();
        for (int start = 0; start < norms.Length; start += Strands.Lanes)
        {
            var loop = new Loop { Norms = ref norms[start], Penalties = ref penalties[0], Lengths = ref lengths[0], Rule = rule };
            WideLoop.Run(ref loop, Math.Min(Strands.Lanes, norms.Length - start));
        }
        penalty += rule.Scale * Strands.GroupTotal(penalties);
        meanNorm += Strands.GroupTotal(lengths) / norms.Length;
    }

    private ref struct Loop : IWideLoop
    {
        public ref float Norms;
        public ref float Penalties;
        public ref float Lengths;
        public Rule Rule;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T norm = T.Sqrt(T.Load(ref Norms, offset));
            T.Store(T.Load(ref Penalties, offset) + Rule.Value(norm), ref Penalties, offset);
            T.Store(T.Load(ref Lengths, offset) + norm, ref Lengths, offset);
            T.Store(Rule.Coefficient(norm), ref Norms, offset);
        }
    }
}
