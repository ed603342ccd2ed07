using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Spectral normalisation (Miyato, Kataoka, Koyama and Yoshida 2018, algorithm 1) of a weight matrix W [R, C], whichever side its inputs stand on: W̄ = W/σ with σ the
/// largest singular value, followed by one step of power iteration each time the weights have moved.
/// <list type="bullet">
/// <item><see cref="Iterate"/>: v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖, σ = uᵀWv = ‖Wv‖; overwrites v, u and σ;</item>
/// <item><see cref="Normalize"/>: W̄ = W/σ; overwrites W̄;</item>
/// <item><see cref="Backward"/>: dW = (dW̄ − ⟨dW̄, W̄⟩·u·vᵀ)/σ, u and v taken as constants, as the paper's section 2.3 has it; overwrites dW, which may be dW̄.</item>
/// </list>
/// u [R], v [C] and σ [1] are statistics: kept from step to step and saved with the weights, from which W̄ can then be made again bit by bit.
/// </summary>
/// <remarks>
/// A vector of norm below 10⁻¹² (PyTorch's bound) is replaced with the constant unit vector, and σ is then 10⁻¹²: a zero matrix normalises to zero, and u and v find their
/// way when it is zero no longer. u starts as random numbers and is normalised by its first use. The two products are <see cref="Gemm"/>'s, of one row.
/// </remarks>
public sealed class SpectralNorm
{
    private const float Tiny = 1e-12f;

    /// <summary>Floats an item of work.</summary>
    private const int BlockSize = 8192;

    internal readonly struct Square : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => x * x;
    }

    private static float Root(float square) => Real1.Sqrt(new Real1(square)).Value;

    // A norm of NaN is not below the bound, and shows.
    private static float Unit(float x, float norm, int length) => norm < Tiny ? 1 / Root(length) : x / norm;

    private static float Bounded(float norm) => norm < Tiny ? Tiny : norm;

    /// <summary>x ← x/‖x‖ and norm = ‖x‖, in one group.</summary>
    private static void UnitKernel(ArrayView<float> x, ArrayView<float> norm)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int length = x.IntLength;
        var squares = new StrandSquares(0);
        new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(x, 0, 1), lane, length, Strands.Lanes).Walk(ref squares);
        float total = Root(Strands.GroupTotal(shared, squares.Value, lane));
        for (int i = lane; i < length; i += Strands.Lanes)
            x[i] = Unit(x[i], total, length);
        if (lane == 0)
            norm[0] = Bounded(total);
    }

    /// <summary>(x − inner·u·v)/σ.</summary>
    private static T Quotient<T>(T x, T innerTimesU, T v, T sigma) where T : struct, IReal<T> => (x - innerTimesU * v) / sigma;

    private static void QuotientKernel(Index1D i, QuotientArguments a)
    {
        EarlierLaunches.Await();
        int row = i / a.Columns;
        int column = i % a.Columns;
        float innerTimesU = a.HasInner != 0 ? a.Inner[0] * a.U[row] : 0;
        var x = new Real1(a.X[row * a.XStride + column]);
        a.Y[row * a.YStride + column] = Quotient(x, new Real1(innerTimesU), new Real1(a.V[column]), new Real1(a.Sigma[0])).Value;
    }

    internal struct QuotientArguments
    {
        public ArrayView<float> X, U, V, Sigma, Inner, Y;
        public int Rows, Columns, XStride, YStride;

        /// <summary>Whether inner·u·vᵀ is subtracted; else Inner is any view that is not empty.</summary>
        public int HasInner;
    }

    private readonly ComputeDevice _device;
    private readonly Gemm _gemm;
    private readonly RowDot _dot;
    private readonly Sum _sum;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>>? _unit;
    private readonly Action<AcceleratorStream, Index1D, QuotientArguments>? _quotient;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public SpectralNorm(ComputeDevice device)
    {
        _device = device;
        _gemm = new(device);
        _dot = new(device);
        _sum = new(device);
        if (device.Team is not null)
            return;
        _unit = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>>(UnitKernel));
        _quotient = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, QuotientArguments>(QuotientKernel, ElementLanes.AGroup));
    }

    /// <summary>One step of power iteration. Overwrites v, u and σ.</summary>
    /// <param name="w">[R, C].</param>
    /// <param name="u">[R]: the left singular vector so far; random numbers at the start.</param>
    /// <param name="v">[C].</param>
    /// <param name="sigma">[1].</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Iterate(Matrix w, ArrayView<float> u, ArrayView<float> v, ArrayView<float> sigma)
    {
        Fits(w, u, v, sigma);
        Matrix left = new(u, 1, w.Rows), right = new(v, 1, w.Columns);
        _gemm.Forward(left, w, default, right, Activation.Identity);
        MakeUnit(v, sigma);
        _gemm.InputGradient(right, w, left);
        MakeUnit(u, sigma);
    }

    /// <summary>W̄ = W/σ. Overwrites W̄.</summary>
    /// <param name="w">[R, C].</param>
    /// <param name="u">[R], as <see cref="Iterate"/> left it.</param>
    /// <param name="v">[C].</param>
    /// <param name="sigma">[1].</param>
    /// <param name="normalized">[R, C]; may be w.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Normalize(Matrix w, ArrayView<float> u, ArrayView<float> v, ArrayView<float> sigma, Matrix normalized)
    {
        Fits(w, u, v, sigma);
        FitsShape(w, normalized);
        Divide(w, u, v, sigma, default, normalized);
    }

    /// <summary>dW = (dW̄ − ⟨dW̄, W̄⟩·u·vᵀ)/σ. Overwrites dW.</summary>
    /// <param name="dNormalized">[R, C], the gradient by W̄.</param>
    /// <param name="normalized">[R, C], W̄.</param>
    /// <param name="u">[R], that W̄ was made with.</param>
    /// <param name="v">[C].</param>
    /// <param name="sigma">[1].</param>
    /// <param name="scratch">[R + 1], overwritten: the rows' inner products and their sum.</param>
    /// <param name="dw">[R, C]; may be dNormalized.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Backward(
        Matrix dNormalized, Matrix normalized, ArrayView<float> u, ArrayView<float> v, ArrayView<float> sigma, ArrayView<float> scratch, Matrix dw)
    {
        Fits(normalized, u, v, sigma);
        FitsShape(normalized, dNormalized);
        FitsShape(normalized, dw);
        if (scratch.Length != normalized.Rows + 1)
            throw new ArgumentException($"{scratch.Length} floats are not the {normalized.Rows} inner products of {normalized} and their sum.", nameof(scratch));
        ArrayView<float> rows = scratch.SubView(0, normalized.Rows), inner = scratch.SubView(normalized.Rows, 1);
        _dot.Launch(dNormalized, normalized, new Matrix(rows, normalized.Rows, 1), accumulate: false);
        _sum.Launch(rows, inner, 1, accumulate: false);
        Divide(dNormalized, u, v, sigma, inner, dw);
    }

    private void MakeUnit(ArrayView<float> x, ArrayView<float> norm)
    {
        using var launch = _device.Profiler?.Begin("SpectralNorm.Unit", $"{x.Length}", 3 * x.Length, 2 * sizeof(float) * x.Length);
        if (_unit is not null)
        {
            _unit(_device.Stream, new KernelConfig(1, Strands.Lanes), x, norm);
            return;
        }
        var values = x.AsHostSpan();
        float square = 0;
        foreach (float sum in ChunkSums.Of(_device.Team!, values, default(Square)))
            square += sum;
        float total = Root(square);
        foreach (ref float value in values)
            value = Unit(value, total, values.Length);
        norm.AsHostSpan()[0] = Bounded(total);
    }

    private void Divide(Matrix x, ArrayView<float> u, ArrayView<float> v, ArrayView<float> sigma, ArrayView<float> inner, Matrix y)
    {
        bool hasInner = inner.Length != 0;
        using var launch = _device.Profiler?.Begin(
            hasInner ? "SpectralNorm.Backward" : "SpectralNorm.Normalize", $"{x}", (hasInner ? 3 : 1) * x.Elements,
            sizeof(float) * (2 * x.Elements + (hasInner ? x.Rows + x.Columns : 0)));
        var arguments = new QuotientArguments
        {
            X = x.Data, U = u, V = v, Sigma = sigma, Inner = hasInner ? inner : sigma, Y = y.Data,
            Rows = x.Rows, Columns = x.Columns, XStride = x.Stride, YStride = y.Stride, HasInner = hasInner ? 1 : 0,
        };
        if (_quotient is not null)
        {
            _quotient(_device.Stream, x.Rows * x.Columns, arguments);
            return;
        }
        var job = new WideRows { Arguments = arguments, RowsAnItem = Math.Max(1, BlockSize / x.Columns) };
        _device.Team!.Run(ref job, (x.Rows - 1) / job.RowsAnItem + 1);
    }

    private static void Fits(Matrix w, ArrayView<float> u, ArrayView<float> v, ArrayView<float> sigma)
    {
        if (u.Length != w.Rows || v.Length != w.Columns || sigma.Length != 1)
            throw new ArgumentException($"Singular vectors of {u.Length} and {v.Length} with {sigma.Length} values do not fit weights {w}.");
    }

    private static void FitsShape(Matrix w, Matrix other)
    {
        if (w.Rows != other.Rows || w.Columns != other.Columns)
            throw new ArgumentException($"The spectral norm of {w} has no {other} operand.");
    }

    /// <summary>An item is a run of rows.</summary>
    private struct WideRows : IJob
    {
        public required QuotientArguments Arguments { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int last = Math.Min((item + 1) * RowsAnItem, a.Rows);
            for (int row = item * RowsAnItem; row < last; row++)
            {
                var loop = new Loop
                {
                    X = ref a.X.AsHostSpan()[row * a.XStride], V = ref a.V.AsHostSpan()[0], Y = ref a.Y.AsHostSpan()[row * a.YStride],
                    InnerTimesU = a.HasInner != 0 ? a.Inner.AsHostSpan()[0] * a.U.AsHostSpan()[row] : 0, Sigma = a.Sigma.AsHostSpan()[0],
                };
                WideLoop.Run(ref loop, a.Columns);
            }
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float X;
        public ref float V;
        public ref float Y;
        public float InnerTimesU;
        public float Sigma;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Quotient(T.Load(ref X, offset), T.Of(InnerTimesU), T.Load(ref V, offset), T.Of(Sigma)), ref Y, offset);
    }
}
