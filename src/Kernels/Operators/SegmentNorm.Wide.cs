using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

internal sealed partial class SegmentNorm
{
    /// <summary>Floats an item of work.</summary>
    private const int ItemSize = 4096;

    /// <summary>Columns an item of work: four cache lines of each row.</summary>
    private const int BlockSize = 64;

    internal readonly struct Value : IFormula
    {
        public T Apply<T>(T x, T unused) where T : struct, IReal<T> => x;
    }

    internal readonly struct Product : IFormula
    {
        public T Apply<T>(T a, T b) where T : struct, IReal<T> => a * b;
    }

    internal readonly struct SquaredDistance(float mean) : IFormula
    {
        private readonly float _mean = mean;

        public T Apply<T>(T x, T unused) where T : struct, IReal<T>
        {
            T d = x - T.Of(_mean);
            return d * d;
        }
    }

    private void ForwardWide(Arguments a)
    {
        var job = new ForwardSegments { Arguments = a, SegmentsAnItem = Math.Max(1, ItemSize / a.Size) };
        _device.Team!.Run(ref job, (a.Rows * a.Segments - 1) / job.SegmentsAnItem + 1);
    }

    private void BackwardWide(Arguments a, Gradients d)
    {
        var job = new BackwardSegments { Arguments = a, Gradients = d, SegmentsAnItem = Math.Max(1, ItemSize / a.Size), Team = _device.Team! };
        _device.Team!.Run(ref job, (a.Rows * a.Segments - 1) / job.SegmentsAnItem + 1);
    }

    private void ParametersWide(Arguments a, Gradients d, ArrayView<float> dGamma, ArrayView<float> dBeta, bool accumulate)
    {
        var job = new ParameterBlocks { Arguments = a, Gradients = d, DGamma = dGamma, DBeta = dBeta, Accumulate = accumulate };
        _device.Team!.Run(ref job, (a.Size - 1) / BlockSize + 1);
    }

    private struct ForwardSegments : IJob
    {
        public required Arguments Arguments { get; init; }
        public required int SegmentsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int last = Math.Min((item + 1) * SegmentsAnItem, a.Rows * a.Segments);
            for (int segment = item * SegmentsAnItem; segment < last; segment++)
            {
                var x = a.X.AsHostSpan().Slice(a.Start(segment, a.XStride), a.Size);
                float mean = RowStrands.Sum(x, x, default(Value)) / a.Size;
                float variance = RowStrands.Sum(x, x, new SquaredDistance(mean)) / a.Size;
                float inverse = BatchNorm.Formula.InverseDeviation(new Real1(variance), a.Epsilon).Value;
                a.Mean.AsHostSpan()[segment] = mean;
                a.Inverse.AsHostSpan()[segment] = inverse;
                int parameter = a.Parameter(segment, 0);
                var loop = new ForwardLoop
                {
                    X = ref x[0], Y = ref a.Y.AsHostSpan()[a.Start(segment, a.YStride)], Gamma = ref a.Gamma.AsHostSpan()[parameter], Beta = ref a.Beta.AsHostSpan()[parameter],
                    Mean = mean, Inverse = inverse, PerElement = a.PerElement != 0, Activation = a.Activation,
                };
                WideLoop.Run(ref loop, a.Size);
            }
        }
    }

    private ref struct ForwardLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float Gamma;
        public ref float Beta;
        public float Mean;
        public float Inverse;
        public bool PerElement;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T gamma = PerElement ? T.Load(ref Gamma, offset) : T.Of(Gamma), beta = PerElement ? T.Load(ref Beta, offset) : T.Of(Beta);
            T normalized = BatchNorm.Formula.Normalized(T.Load(ref X, offset), T.Of(Mean), T.Of(Inverse));
            T.Store(BatchNorm.Formula.Output(normalized, gamma, beta, Activation), ref Y, offset);
        }
    }

    private struct BackwardSegments : IJob
    {
        public required Arguments Arguments { get; init; }
        public required Gradients Gradients { get; init; }
        public required int SegmentsAnItem { get; init; }
        public required WorkerTeam Team { get; init; }

        public readonly void Run(int item, int worker)
        {
            var (a, d) = (Arguments, Gradients);
            // g and x̂ of a segment, which both sums and dx read.
            var scratch = Team.ScratchOf(worker, 2 * a.Size);
            Span<float> g = scratch[..a.Size], normalized = scratch.Slice(a.Size, a.Size);
            int last = Math.Min((item + 1) * SegmentsAnItem, a.Rows * a.Segments);
            for (int segment = item * SegmentsAnItem; segment < last; segment++)
            {
                float inverse = a.Inverse.AsHostSpan()[segment];
                var upstream = new UpstreamLoop
                {
                    X = ref a.X.AsHostSpan()[a.Start(segment, a.XStride)], Y = ref a.Y.AsHostSpan()[a.Start(segment, a.YStride)],
                    DY = ref d.DY.AsHostSpan()[a.Start(segment, d.DYStride)], Gamma = ref a.Gamma.AsHostSpan()[0], G = ref g[0], Normalized = ref normalized[0],
                    Mean = a.Mean.AsHostSpan()[segment], Inverse = inverse, PerElement = a.PerElement != 0, Activation = a.Activation,
                };
                WideLoop.Run(ref upstream, a.Size);
                float sumG = RowStrands.Sum(g, g, default(Value)), sumProduct = RowStrands.Sum(g, normalized, default(Product));
                d.SumG.AsHostSpan()[segment] = sumG;
                d.SumProduct.AsHostSpan()[segment] = sumProduct;
                float scale = a.PerElement != 0 ? inverse : a.Gamma.AsHostSpan()[segment % a.Segments] * inverse;
                var loop = new BackwardLoop
                {
                    G = ref g[0], Normalized = ref normalized[0], DX = ref d.DX.AsHostSpan()[a.Start(segment, d.DXStride)], Scale = scale,
                    MeanG = sumG / a.Size, MeanProduct = sumProduct / a.Size,
                };
                WideLoop.Run(ref loop, a.Size);
            }
        }
    }

    private ref struct UpstreamLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float DY;
        public ref float Gamma;
        public ref float G;
        public ref float Normalized;
        public float Mean;
        public float Inverse;
        public bool PerElement;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T g = Activation.Backward(T.Load(ref Y, offset), T.Load(ref DY, offset));
            T.Store(PerElement ? T.Load(ref Gamma, offset) * g : g, ref G, offset);
            T.Store(BatchNorm.Formula.Normalized(T.Load(ref X, offset), T.Of(Mean), T.Of(Inverse)), ref Normalized, offset);
        }
    }

    private ref struct BackwardLoop : IWideLoop
    {
        public ref float G;
        public ref float Normalized;
        public ref float DX;
        public float Scale;
        public float MeanG;
        public float MeanProduct;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> => T.Store(
            BatchNorm.Formula.InputGradient(T.Load(ref G, offset), T.Load(ref Normalized, offset), T.Of(Scale), T.Of(MeanG), T.Of(MeanProduct)), ref DX, offset);
    }

    /// <summary>An item is a block of columns of all rows.</summary>
    private struct ParameterBlocks : IJob
    {
        public required Arguments Arguments { get; init; }
        public required Gradients Gradients { get; init; }
        public required ArrayView<float> DGamma { get; init; }
        public required ArrayView<float> DBeta { get; init; }
        public required bool Accumulate { get; init; }

        public readonly void Run(int item, int worker)
        {
            var (a, d) = (Arguments, Gradients);
            int start = item * BlockSize;
            var loop = new ParameterLoop
            {
                X = ref a.X.AsHostSpan()[start], Y = ref a.Y.AsHostSpan()[start], DY = ref d.DY.AsHostSpan()[start], Mean = ref a.Mean.AsHostSpan()[0],
                Inverse = ref a.Inverse.AsHostSpan()[0], DGamma = ref DGamma.AsHostSpan()[start], DBeta = ref DBeta.AsHostSpan()[start],
                Arguments = a, DYStride = (nuint)d.DYStride, Accumulate = Accumulate,
            };
            WideLoop.Run(ref loop, Math.Min(BlockSize, a.Size - start));
        }
    }

    private ref struct ParameterLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float DY;
        public ref float Mean;
        public ref float Inverse;
        public ref float DGamma;
        public ref float DBeta;
        public Arguments Arguments;
        public nuint DYStride;
        public bool Accumulate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            nuint rows = (nuint)Arguments.Rows, xStride = (nuint)Arguments.XStride, yStride = (nuint)Arguments.YStride;
            T sumG = T.Of(0f), sumProduct = T.Of(0f);
            for (nuint first = 0; first < Strands.Count; first++)
            {
                T strandG = T.Of(0f), strandProduct = T.Of(0f);
                for (nuint row = first; row < rows; row += Strands.Count)
                {
                    T g = Arguments.Activation.Backward(T.Load(ref Y, offset + row * yStride), T.Load(ref DY, offset + row * DYStride));
                    T mean = T.Of(Unsafe.Add(ref Mean, row)), inverse = T.Of(Unsafe.Add(ref Inverse, row));
                    strandG += g;
                    strandProduct += g * BatchNorm.Formula.Normalized(T.Load(ref X, offset + row * xStride), mean, inverse);
                }
                sumG += strandG;
                sumProduct += strandProduct;
            }
            T.Store(Accumulate ? T.Load(ref DBeta, offset) + sumG : sumG, ref DBeta, offset);
            T.Store(Accumulate ? T.Load(ref DGamma, offset) + sumProduct : sumProduct, ref DGamma, offset);
        }
    }
}
