using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Scales the gradients of a whole arena down to a norm (Pascanu, Mikolov and Bengio 2013): g ← g·min(1, limit/‖g‖) with ‖g‖ over all of them. In place, and
/// ‖g‖² is left behind. Where nothing is to be clipped g keeps its bits; a NaN among the gradients makes all of them NaN.
/// </summary>
/// <remarks>The sum runs over rows of 64 (<see cref="RowDot"/>), an arena's alignment, and then over the rows (<see cref="Sum"/>).</remarks>
public sealed class GradientClip(ComputeDevice device)
{
    /// <summary>Gradients a row of the sum; an arena is a multiple of it.</summary>
    public const int RowLength = 64;

    internal readonly struct Formula(float limit) : IRowFormula
    {
        private readonly float _limit = limit;

        public T Apply<T>(T g, T unused, T squaredNorm) where T : struct, IReal<T>
        {
            T norm = T.Sqrt(squaredNorm);
            // A comparison with NaN does not hold: it takes the second branch and shows.
            return T.WherePositive(T.Of(_limit) - norm, g, g * (T.Of(_limit) / norm));
        }
    }

    private readonly RowDot _dot = new(device);
    private readonly Sum _sum = new(device);
    private readonly Rowwise<Formula> _scale = new(device);

    /// <summary>Clips an arena's gradients.</summary>
    /// <param name="gradients">[P], P a multiple of <see cref="RowLength"/>; scaled.</param>
    /// <param name="rows">[P/64], overwritten.</param>
    /// <param name="squaredNorm">[1], overwritten with ‖g‖² before clipping.</param>
    /// <param name="limit">The largest norm, positive and finite.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the limit is outside of its range.</exception>
    public void Launch(ArrayView<float> gradients, ArrayView<float> rows, ArrayView<float> squaredNorm, float limit)
    {
        if (gradients.Length % RowLength != 0 || gradients.Length is < 1 or > int.MaxValue || rows.Length != gradients.Length / RowLength || squaredNorm.Length != 1)
            throw new ArgumentException($"{gradients.Length} gradients with {rows.Length} rows of {RowLength} and {squaredNorm.Length} norms do not fit one another.");
        if (!(limit > 0 && float.IsFinite(limit)))
            throw new ArgumentException($"A gradient's norm is clipped to a positive, finite limit, not {limit}.", nameof(limit));
        int count = (int)rows.Length;
        var matrix = new Matrix(gradients, count, RowLength);
        _dot.Launch(matrix, matrix, new Matrix(rows, count, 1), accumulate: false);
        _sum.Launch(rows, squaredNorm, 1, accumulate: false);
        using var launch = device.Profiler?.Begin("GradientClip", $"{gradients.Length}", gradients.Length, 2 * sizeof(float) * gradients.Length);
        var all = new Matrix(gradients, 1, (int)gradients.Length);
        _scale.Launch(all, all, new Matrix(squaredNorm, 1, 1), all, new Formula(limit));
    }
}
