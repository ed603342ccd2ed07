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
        public int Rows, Size;
        public Divisor BySegments;
        public int Segments;

        /// <summary>Segments of all rows.</summary>
        public int All;

        public int XStride, YStride;
        public float Epsilon;
        public Activation Activation;

        /// <summary>Whether γ and β have an element for each of a row, and not one for each segment.</summary>
        public int PerElement;

        public readonly int Start(int segment, int stride) => BySegments.Divide(segment, out int within) * stride + within * Size;

        public readonly int Parameter(int segment, int element)
        {
            BySegments.Divide(segment, out int within);
            return PerElement != 0 ? element : within;
        }
    }

    internal struct Gradients
    {
        public ArrayView<float> DY, DX, SumG, SumProduct;
        public int DYStride, DXStride;
    }

    private static void ForwardKernel(Arguments a)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(RowStrands.Lanes);
        int lane = Group.IdxX;
        int segment = Grid.IdxX * RowStrands.Rows + lane / RowStrands.Count, first = lane & (RowStrands.Count - 1);
        // A lane beyond the last segment reads that one and does nothing with it.
        int read = Math.Min(segment, a.All - 1);
        int start = a.Start(read, a.XStride);
        var elements = new Strand<ColumnReader, float, Eight<float>>(new ColumnReader(a.X, start, 1), first, a.Size, RowStrands.Count);
        var kept = elements.Start();
        var sum = new StrandSum();
        elements.Walk(ref sum, kept);
        var mean = new Real1(RowStrands.Total(shared, sum.Value, lane) / a.Size);
        var squares = new StrandSquares(mean.Value);
        elements.Walk(ref squares, kept);
        var variance = new Real1(RowStrands.Total(shared, squares.Value, lane) / a.Size);
        if (segment >= a.All)
            return;
        var inverse = BatchNorm.Formula.InverseDeviation(variance, a.Epsilon);
        if (first == 0)
        {
            a.Mean[segment] = mean.Value;
            a.Inverse[segment] = inverse.Value;
        }
        var outputs = new Outputs(a, segment, mean, inverse);
        new Strand<ScaledReader, Scaled, Eight<Scaled>>(new ScaledReader(a, segment), first, a.Size, RowStrands.Count).Walk(ref outputs);
        // As in BatchNorm: what saturates has a loop of its own, over what this lane wrote.
        int target = a.Start(segment, a.YStride);
        for (int i = first; a.Activation.Saturates && i < a.Size; i += RowStrands.Count)
            a.Y[target + i] = a.Activation.Forward(new Real1(a.Y[target + i])).Value;
    }

    /// <summary>What an element's y is made of.</summary>
    private struct Scaled
    {
        public float X, Gamma, Beta;
    }

    private readonly struct ScaledReader(Arguments a, int segment) : IStrandReader<Scaled>
    {
        private readonly ArrayView<float> _x = a.X, _gamma = a.Gamma, _beta = a.Beta;
        private readonly int _start = a.Start(segment, a.XStride), _parameter = a.Parameter(segment, 0), _parameterStep = a.PerElement;

        public Scaled Read(int place) => new()
        {
            X = _x[_start + place], Gamma = _gamma[_parameter + place * _parameterStep], Beta = _beta[_parameter + place * _parameterStep],
        };
    }

    /// <summary>Writes y of every x, where f saturates without f.</summary>
    private readonly struct Outputs(Arguments a, int segment, Real1 mean, Real1 inverse) : IStrandTaker<Scaled>
    {
        private readonly ArrayView<float> _y = a.Y;
        private readonly int _start = a.Start(segment, a.YStride);
        private readonly Activation _activation = a.Activation;
        private readonly Real1 _mean = mean, _inverse = inverse;

        public void Take(Scaled read, int place, bool inside)
        {
            var normalized = BatchNorm.Formula.Normalized(new Real1(read.X), _mean, _inverse);
            if (inside)
                _y[_start + place] = _activation.Rectify(BatchNorm.Formula.Scaled(normalized, new Real1(read.Gamma), new Real1(read.Beta))).Value;
        }
    }

    /// <summary>What backward needs of one element.</summary>
    private struct Saved
    {
        public float X, Y, DY, Gamma, Mean, Inverse;

        public Saved(Arguments a, Gradients d, int segment, int element)
        {
            X = a.X[a.Start(segment, a.XStride) + element];
            Y = a.Y[a.Start(segment, a.YStride) + element];
            DY = d.DY[a.Start(segment, d.DYStride) + element];
            Gamma = a.Gamma[a.Parameter(segment, element)];
            Mean = a.Mean[segment];
            Inverse = a.Inverse[segment];
        }

        public readonly Real1 Upstream(Activation activation) => activation.Backward(new Real1(Y), new Real1(DY));

        public readonly Real1 Normalized => BatchNorm.Formula.Normalized(new Real1(X), new Real1(Mean), new Real1(Inverse));
    }

    /// <summary>Reads along a segment.</summary>
    private readonly struct SegmentReader(Arguments a, Gradients d, int segment) : IStrandReader<Saved>
    {
        private readonly Arguments _a = a;
        private readonly Gradients _d = d;
        private readonly int _segment = segment;

        public Saved Read(int place) => new(_a, _d, _segment, place);
    }

    /// <summary>Reads down a layer's column.</summary>
    private readonly struct ElementReader(Arguments a, Gradients d, int element) : IStrandReader<Saved>
    {
        private readonly Arguments _a = a;
        private readonly Gradients _d = d;
        private readonly int _element = element;

        public Saved Read(int place) => new(_a, _d, place, _element);
    }

    /// <summary>Adds g and g·x̂; weighted, g holds γ.</summary>
    private struct GradientSums(Activation activation, int weighted) : IStrandTaker<Saved>
    {
        private readonly Activation _activation = activation;
        private readonly int _weighted = weighted;
        private float _g, _product;

        public readonly Pair Value => new(_g, _product);

        public void Take(Saved read, int place, bool inside)
        {
            var g = Weighted(read, read.Upstream(_activation), _weighted);
            _g += inside ? g.Value : 0f;
            _product += inside ? (g * read.Normalized).Value : 0f;
        }
    }

    private static Real1 Weighted(Saved read, Real1 g, int weighted) => weighted != 0 ? new Real1(read.Gamma) * g : g;

    /// <summary>Writes dx.</summary>
    private readonly struct InputGradients(Arguments a, Gradients d, int segment, Pair sums) : IStrandTaker<Saved>
    {
        private readonly ArrayView<float> _dx = d.DX;
        private readonly int _start = a.Start(segment, d.DXStride);
        private readonly Activation _activation = a.Activation;
        private readonly int _weighted = a.PerElement;
        private readonly Real1 _meanG = new(sums.A / a.Size), _meanProduct = new(sums.B / a.Size);

        public void Take(Saved read, int place, bool inside)
        {
            var g = Weighted(read, read.Upstream(_activation), _weighted);
            float scale = _weighted != 0 ? read.Inverse : read.Gamma * read.Inverse;
            if (inside)
                _dx[_start + place] = BatchNorm.Formula.InputGradient(g, read.Normalized, new Real1(scale), _meanG, _meanProduct).Value;
        }
    }

    /// <summary>dx, and each segment's Σ g and Σ g·x̂, in which g holds γ where that differs from element to element.</summary>
    private static void BackwardKernel(Arguments a, Gradients d)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        int segment = Grid.IdxX * RowStrands.Rows + lane / RowStrands.Count, first = lane & (RowStrands.Count - 1);
        // A lane beyond the last segment reads that one and does nothing with it.
        int read = Math.Min(segment, a.All - 1);
        var elements = new Strand<SegmentReader, Saved, Eight<Saved>>(new SegmentReader(a, d, read), first, a.Size, RowStrands.Count);
        var kept = elements.Start();
        var strands = new GradientSums(a.Activation, a.PerElement);
        elements.Walk(ref strands, kept);
        var sums = RowStrands.Totals(shared, strands.Value, lane);
        if (segment >= a.All)
            return;
        if (first == 0)
        {
            d.SumG[segment] = sums.A;
            d.SumProduct[segment] = sums.B;
        }
        var inputs = new InputGradients(a, d, segment, sums);
        elements.Walk(ref inputs, kept);
    }

    /// <summary>A layer's dγ and dβ, in the order of <see cref="Strands"/>: a group sums 16 columns.</summary>
    private static void ParameterKernel(Arguments a, Gradients d, ArrayView<float> dGamma, ArrayView<float> dBeta, int accumulate)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        int column = Grid.IdxX * Strands.Columns + (lane & (Strands.Columns - 1));
        // A lane beyond the last column reads that one and does nothing with it.
        int read = Math.Min(column, a.Size - 1);
        float betaBefore = accumulate != 0 ? dBeta[read] : 0f, gammaBefore = accumulate != 0 ? dGamma[read] : 0f;
        var strands = new GradientSums(a.Activation, weighted: 0);
        new Strand<ElementReader, Saved, Eight<Saved>>(new ElementReader(a, d, read), lane / Strands.Columns, a.Rows, Strands.Count).Walk(ref strands);
        var sums = Strands.ColumnTotals(shared, strands.Value, lane);
        if (column < a.Size && lane < Strands.Columns)
        {
            dBeta[column] = betaBefore + sums.A;
            dGamma[column] = gammaBefore + sums.B;
        }
    }

    private readonly ComputeDevice _device;
    private readonly ColumnSum _sum;
    private readonly Action<AcceleratorStream, KernelConfig, Arguments>? _forward;
    private readonly Action<AcceleratorStream, KernelConfig, Arguments, Gradients>? _backward;
    private readonly Action<AcceleratorStream, KernelConfig, Arguments, Gradients, ArrayView<float>, ArrayView<float>, int>? _parameters;

    public SegmentNorm(ComputeDevice device)
    {
        _device = device;
        _sum = new(device);
        if (device.Team is not null)
            return;
        _forward = device.Load(on => on.LoadKernel<Arguments>(ForwardKernel));
        _backward = device.Load(on => on.LoadKernel<Arguments, Gradients>(BackwardKernel));
        _parameters = device.Load(on => on.LoadKernel<Arguments, Gradients, ArrayView<float>, ArrayView<float>, int>(ParameterKernel));
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
                _parameters(_device.Stream, new KernelConfig((a.Size - 1) / Strands.Columns + 1, Strands.Lanes), a, d, dGamma, dBeta, accumulate ? 1 : 0);
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
            X = x.Data, Y = y.Data, Gamma = gamma, Beta = beta, Mean = mean, Inverse = inverse, Rows = x.Rows, Segments = segments, BySegments = new(segments), All = x.Rows * segments, Size = x.Columns / segments,
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
