using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// What <see cref="LayerNorm"/> and <see cref="InstanceNorm"/> share: each row of x [M, G·S] is G segments of S elements, and each segment is normalised by its own
/// mean and biased variance, with an activation f behind. The scale γ and shift β are one for each element of a row (layer, G = 1) or one for each segment of it (instance).
/// <code>
/// y = f(γ·x̂ + β), x̂ = (x − μ)/√(σ² + ε)      g = dy·f′,  dx = (γg − mean(γg) − x̂·mean(γg·x̂))/√(σ² + ε),  dβ = Σ g,  dγ = Σ g·x̂
/// </code>
/// </summary>
/// <remarks>
/// Sums along a segment are taken in the order of <see cref="RowStrands"/>: a group has 16 segments. The variance takes a second pass, so nothing cancels where |μ| ≫ σ. A
/// segment of one element has σ² = 0, so y = f(β) and dx = 0.
/// </remarks>
internal sealed partial class SegmentNorm
{
    internal struct Arguments
    {
        public ArrayView<float> X, Y, Gamma, Beta, Mean, Inverse;

        /// <summary>Rows, and segments and elements of a row.</summary>
        public int Rows, Segments, Size;

        public int XStride, YStride;
        public float Epsilon;
        public Activation Activation;

        /// <summary>Whether γ and β have an element for each of a row, and not one for each segment.</summary>
        public int PerElement;

        public readonly int Start(int segment, int stride) => segment / Segments * stride + segment % Segments * Size;

        public readonly int Parameter(int segment, int element) => PerElement != 0 ? element : segment % Segments;
    }

    internal struct Gradients
    {
        public ArrayView<float> DY, DX, SumG, SumProduct;
        public int DYStride, DXStride;
    }

    private static void ForwardKernel(Arguments a)
    {
        var shared = SharedMemory.Allocate<float>(RowStrands.Lanes);
        int lane = Group.IdxX;
        int segment = Grid.IdxX * RowStrands.Rows + lane / RowStrands.Count, first = lane % RowStrands.Count;
        bool inside = segment < a.Rows * a.Segments;
        int start = a.Start(segment, a.XStride);
        float strand = 0;
        for (int i = first; inside && i < a.Size; i += RowStrands.Count)
            strand += a.X[start + i];
        var mean = new Real1(RowStrands.Total(shared, strand, lane) / a.Size);
        strand = 0;
        for (int i = first; inside && i < a.Size; i += RowStrands.Count)
        {
            float d = a.X[start + i] - mean.Value;
            strand += d * d;
        }
        var variance = new Real1(RowStrands.Total(shared, strand, lane) / a.Size);
        if (!inside)
            return;
        var inverse = BatchNorm.Formula.InverseDeviation(variance, a.Epsilon);
        if (first == 0)
        {
            a.Mean[segment] = mean.Value;
            a.Inverse[segment] = inverse.Value;
        }
        int target = a.Start(segment, a.YStride);
        for (int i = first; i < a.Size; i += RowStrands.Count)
        {
            int parameter = a.Parameter(segment, i);
            var normalized = BatchNorm.Formula.Normalized(new Real1(a.X[start + i]), mean, inverse);
            a.Y[target + i] = BatchNorm.Formula.Output(normalized, new Real1(a.Gamma[parameter]), new Real1(a.Beta[parameter]), a.Activation).Value;
        }
    }

    private static Real1 Upstream(Arguments a, Gradients d, int segment, int element) =>
        a.Activation.Backward(new Real1(a.Y[a.Start(segment, a.YStride) + element]), new Real1(d.DY[a.Start(segment, d.DYStride) + element]));

    private static Real1 Normalized(Arguments a, int segment, int element) =>
        BatchNorm.Formula.Normalized(new Real1(a.X[a.Start(segment, a.XStride) + element]), new Real1(a.Mean[segment]), new Real1(a.Inverse[segment]));

    /// <summary>dx, and each segment's Σ g and Σ g·x̂, in which g holds γ where that differs from element to element.</summary>
    private static void BackwardKernel(Arguments a, Gradients d)
    {
        var shared = SharedMemory.Allocate<float>(RowStrands.Lanes);
        int lane = Group.IdxX;
        int segment = Grid.IdxX * RowStrands.Rows + lane / RowStrands.Count, first = lane % RowStrands.Count;
        bool inside = segment < a.Rows * a.Segments;
        float strandG = 0, strandProduct = 0;
        for (int i = first; inside && i < a.Size; i += RowStrands.Count)
        {
            var g = Weighted(a, Upstream(a, d, segment, i), i);
            strandG += g.Value;
            strandProduct += (g * Normalized(a, segment, i)).Value;
        }
        float sumG = RowStrands.Total(shared, strandG, lane);
        float sumProduct = RowStrands.Total(shared, strandProduct, lane);
        if (!inside)
            return;
        if (first == 0)
        {
            d.SumG[segment] = sumG;
            d.SumProduct[segment] = sumProduct;
        }
        var scale = new Real1(Scale(a, segment, a.Inverse[segment]));
        int target = a.Start(segment, d.DXStride);
        for (int i = first; i < a.Size; i += RowStrands.Count)
        {
            var g = Weighted(a, Upstream(a, d, segment, i), i);
            d.DX[target + i] = BatchNorm.Formula.InputGradient(g, Normalized(a, segment, i), scale, new Real1(sumG / a.Size), new Real1(sumProduct / a.Size)).Value;
        }
    }

    private static Real1 Weighted(Arguments a, Real1 g, int element) => a.PerElement != 0 ? new Real1(a.Gamma[element]) * g : g;

    private static float Scale(Arguments a, int segment, float inverse) => a.PerElement != 0 ? inverse : a.Gamma[segment % a.Segments] * inverse;

    /// <summary>A layer's dγ and dβ: a lane goes down a column in the order of <see cref="Strands"/>, and its neighbours read neighbouring floats.</summary>
    private static void ParameterKernel(Index1D i, Arguments a, Gradients d, ArrayView<float> dGamma, ArrayView<float> dBeta, int accumulate)
    {
        float sumG = 0, sumProduct = 0;
        for (int strand = 0; strand < Strands.Count; strand++)
        {
            float strandG = 0, strandProduct = 0;
            for (int row = strand; row < a.Rows; row += Strands.Count)
            {
                var g = Upstream(a, d, row, i);
                strandG += g.Value;
                strandProduct += (g * Normalized(a, row, i)).Value;
            }
            sumG += strandG;
            sumProduct += strandProduct;
        }
        dBeta[i] = accumulate != 0 ? dBeta[i] + sumG : sumG;
        dGamma[i] = accumulate != 0 ? dGamma[i] + sumProduct : sumProduct;
    }

    private readonly ComputeDevice _device;
    private readonly ColumnSum _sum;
    private readonly Action<AcceleratorStream, KernelConfig, Arguments>? _forward;
    private readonly Action<AcceleratorStream, KernelConfig, Arguments, Gradients>? _backward;
    private readonly Action<AcceleratorStream, Index1D, Arguments, Gradients, ArrayView<float>, ArrayView<float>, int>? _parameters;

    public SegmentNorm(ComputeDevice device)
    {
        _device = device;
        _sum = new(device);
        if (device.Team is not null)
            return;
        _forward = device.Accelerator.LoadKernel<Arguments>(ForwardKernel);
        _backward = device.Accelerator.LoadKernel<Arguments, Gradients>(BackwardKernel);
        _parameters = device.Accelerator.LoadAutoGroupedKernel<Index1D, Arguments, Gradients, ArrayView<float>, ArrayView<float>, int>(ParameterKernel);
    }

    public void Forward(Arguments a)
    {
        long elements = a.Rows * (long)a.Segments * a.Size;
        using var launch = _device.Profiler?.Begin(
            a.PerElement != 0 ? "LayerNorm.Forward" : "InstanceNorm.Forward", ShapeOf(a), 8 * elements, sizeof(float) * (2 * elements + 2 * a.Gamma.Length + 2 * a.Mean.Length));
        if (_forward is null)
            ForwardWide(a);
        else
            _forward(_device.Stream, new KernelConfig(RowStrands.Groups(a.Rows * a.Segments), RowStrands.Lanes), a);
    }

    public void Backward(Arguments a, Gradients d, ArrayView<float> dGamma, ArrayView<float> dBeta, bool accumulate)
    {
        long elements = a.Rows * (long)a.Segments * a.Size;
        // A layer's parameters first: dx may lie on dy.
        if (a.PerElement != 0)
        {
            using var launch = _device.Profiler?.Begin(
                "LayerNorm.Parameters", ShapeOf(a), 6 * elements, sizeof(float) * (3 * elements + 2 * a.Mean.Length + (accumulate ? 4 : 2) * a.Gamma.Length));
            if (_parameters is null)
                ParametersWide(a, d, dGamma, dBeta, accumulate);
            else
                _parameters(_device.Stream, a.Size, a, d, dGamma, dBeta, accumulate ? 1 : 0);
        }
        using (_device.Profiler?.Begin(
            a.PerElement != 0 ? "LayerNorm.Backward" : "InstanceNorm.Backward", ShapeOf(a), (a.PerElement != 0 ? 12 : 11) * elements,
            sizeof(float) * (4 * elements + a.Gamma.Length + 4 * a.Mean.Length)))
        {
            if (_backward is null)
                BackwardWide(a, d);
            else
                _backward(_device.Stream, new KernelConfig(RowStrands.Groups(a.Rows * a.Segments), RowStrands.Lanes), a, d);
        }
        if (a.PerElement == 0)
        {
            _sum.Launch(new Matrix(d.SumG, a.Rows, a.Segments), dBeta, accumulate);
            _sum.Launch(new Matrix(d.SumProduct, a.Rows, a.Segments), dGamma, accumulate);
        }
    }

    private static string ShapeOf(Arguments a) => a.Segments == 1 ? $"{a.Rows}×{a.Size}" : $"{a.Rows}×{a.Segments}×{a.Size}";

    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Arguments ArgumentsOf(
        string name, Matrix x, Matrix y, ArrayView<float> gamma, ArrayView<float> beta, ArrayView<float> mean, ArrayView<float> inverse, int segments,
        bool perElement, float epsilon, Activation activation)
    {
        if (segments < 1 || x.Columns % segments != 0)
            throw new ArgumentException($"{name}: {x} rows are not {segments} segments of one size.");
        int parameters = perElement ? x.Columns : segments;
        if (y.Rows != x.Rows || y.Columns != x.Columns)
            throw new ArgumentException($"{name}: {x} does not turn into {y}.");
        if (gamma.Length != parameters || beta.Length != parameters)
            throw new ArgumentException($"{name}: scales of {gamma.Length} and shifts of {beta.Length} are not the {parameters} of {x}.");
        if (mean.Length != (long)x.Rows * segments || inverse.Length != mean.Length)
            throw new ArgumentException($"{name}: {mean.Length} means and {inverse.Length} deviations are not the {(long)x.Rows * segments} of {x}.");
        if (!(epsilon > 0 && float.IsFinite(epsilon)))
            throw new ArgumentException($"{name}: epsilon is positive and finite, not {epsilon}.", nameof(epsilon));
        return new Arguments
        {
            X = x.Data, Y = y.Data, Gamma = gamma, Beta = beta, Mean = mean, Inverse = inverse, Rows = x.Rows, Segments = segments, Size = x.Columns / segments,
            XStride = x.Stride, YStride = y.Stride, Epsilon = epsilon, Activation = activation, PerElement = perElement ? 1 : 0,
        };
    }

    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Gradients GradientsOf(
        string name, Arguments a, Matrix x, Matrix dy, Matrix dx, ArrayView<float> dGamma, ArrayView<float> dBeta, ArrayView<float> scratch)
    {
        if (dy.Rows != x.Rows || dy.Columns != x.Columns || dx.Rows != x.Rows || dx.Columns != x.Columns)
            throw new ArgumentException($"{name}: gradients {dy} and {dx} are not those of {x}.");
        if (dGamma.Length != a.Gamma.Length || dBeta.Length != a.Gamma.Length)
            throw new ArgumentException($"{name}: {dGamma.Length} and {dBeta.Length} gradients are not those of {a.Gamma.Length} scales and shifts.");
        long segments = (long)a.Rows * a.Segments;
        if (scratch.Length != 2 * segments)
            throw new ArgumentException($"{name}: the scratch is two numbers for each of {segments} segments, not {scratch.Length}.", nameof(scratch));
        return new Gradients
        {
            DY = dy.Data, DX = dx.Data, SumG = scratch.SubView(0, segments), SumProduct = scratch.SubView(segments, segments), DYStride = dy.Stride, DXStride = dx.Stride,
        };
    }
}
