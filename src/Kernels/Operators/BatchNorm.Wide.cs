using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Operators;

public sealed partial class BatchNorm
{
    /// <summary>Columns an item of work: four cache lines of each row.</summary>
    private const int BlockSize = 64;

    /// <summary>Floats an item of <see cref="Infer"/>.</summary>
    private const int InferSize = 4096;

    private void ForwardWide(ForwardArguments a)
    {
        var job = new ForwardBlocks { Arguments = a };
        _device.Team!.Run(ref job, (a.Columns - 1) / BlockSize + 1);
    }

    private void InferWide(ForwardArguments a)
    {
        var job = new InferRows { Arguments = a, RowsAnItem = Math.Max(1, InferSize / a.Columns) };
        _device.Team!.Run(ref job, (a.Rows - 1) / job.RowsAnItem + 1);
    }

    private void BackwardWide(BackwardArguments a)
    {
        var job = new BackwardBlocks { Arguments = a };
        _device.Team!.Run(ref job, (a.Columns - 1) / BlockSize + 1);
    }

    private struct ForwardBlocks : IJob
    {
        public required ForwardArguments Arguments { get; init; }

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int start = item * BlockSize;
            var loop = new ForwardLoop
            {
                X = ref a.X.AsHostSpan()[start], Y = ref a.Y.AsHostSpan()[start], Gamma = ref a.Gamma.AsHostSpan()[start], Beta = ref a.Beta.AsHostSpan()[start],
                Mean = ref a.Mean.AsHostSpan()[start], Inverse = ref a.InverseDeviation.AsHostSpan()[start],
                RunningMean = ref a.RunningMean.AsHostSpan()[start], RunningVariance = ref a.RunningVariance.AsHostSpan()[start], Arguments = a,
            };
            WideLoop.Run(ref loop, Math.Min(BlockSize, a.Columns - start));
        }
    }

    /// <summary>A vector of columns from the first sum to the last store: its statistics stay in registers, and its rows, a cache line each, in a cache.</summary>
    private ref struct ForwardLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float Gamma;
        public ref float Beta;
        public ref float Mean;
        public ref float Inverse;
        public ref float RunningMean;
        public ref float RunningVariance;
        public ForwardArguments Arguments;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            nuint rows = (nuint)Arguments.Rows, stride = (nuint)Arguments.XStride, yStride = (nuint)Arguments.YStride;
            T count = T.Of(Arguments.Rows);
            T total = T.Of(0f);
            for (nuint first = 0; first < Strands.Count; first++)
            {
                T strand = T.Of(0f);
                for (nuint row = first; row < rows; row += Strands.Count)
                    strand += T.Load(ref X, offset + row * stride);
                total += strand;
            }
            T mean = total / count;

            total = T.Of(0f);
            for (nuint first = 0; first < Strands.Count; first++)
            {
                T strand = T.Of(0f);
                for (nuint row = first; row < rows; row += Strands.Count)
                {
                    T d = T.Load(ref X, offset + row * stride) - mean;
                    strand += d * d;
                }
                total += strand;
            }
            T variance = total / count;
            T inverse = Formula.InverseDeviation(variance, Arguments.Epsilon);

            T.Store(mean, ref Mean, offset);
            T.Store(inverse, ref Inverse, offset);
            T.Store(Formula.Running(T.Load(ref RunningMean, offset), mean, Arguments.Momentum), ref RunningMean, offset);
            T unbiased = variance * T.Of(Arguments.Unbias);
            T.Store(Formula.Running(T.Load(ref RunningVariance, offset), unbiased, Arguments.VarianceMomentum), ref RunningVariance, offset);

            T gamma = T.Load(ref Gamma, offset);
            T beta = T.Load(ref Beta, offset);
            var activation = Arguments.Activation;
            for (nuint row = 0; row < rows; row++)
            {
                T normalized = Formula.Normalized(T.Load(ref X, offset + row * stride), mean, inverse);
                T.Store(Formula.Output(normalized, gamma, beta, activation), ref Y, offset + row * yStride);
            }
        }
    }

    /// <summary>An item is a run of rows.</summary>
    private struct InferRows : IJob
    {
        public required ForwardArguments Arguments { get; init; }
        public required int RowsAnItem { get; init; }

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int last = Math.Min((item + 1) * RowsAnItem, a.Rows);
            for (int row = item * RowsAnItem; row < last; row++)
            {
                var loop = new InferLoop
                {
                    X = ref a.X.AsHostSpan()[row * a.XStride], Y = ref a.Y.AsHostSpan()[row * a.YStride], Mean = ref a.RunningMean.AsHostSpan()[0],
                    Variance = ref a.RunningVariance.AsHostSpan()[0], Gamma = ref a.Gamma.AsHostSpan()[0], Beta = ref a.Beta.AsHostSpan()[0],
                    Epsilon = a.Epsilon, Activation = a.Activation,
                };
                WideLoop.Run(ref loop, a.Columns);
            }
        }
    }

    private ref struct InferLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float Mean;
        public ref float Variance;
        public ref float Gamma;
        public ref float Beta;
        public float Epsilon;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T inverse = Formula.InverseDeviation(T.Load(ref Variance, offset), Epsilon);
            T normalized = Formula.Normalized(T.Load(ref X, offset), T.Load(ref Mean, offset), inverse);
            T.Store(Formula.Output(normalized, T.Load(ref Gamma, offset), T.Load(ref Beta, offset), Activation), ref Y, offset);
        }
    }

    private struct BackwardBlocks : IJob
    {
        public required BackwardArguments Arguments { get; init; }

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int start = item * BlockSize;
            var loop = new BackwardLoop
            {
                X = ref a.X.AsHostSpan()[start], Y = ref a.Y.AsHostSpan()[start], DY = ref a.DY.AsHostSpan()[start], DX = ref a.DX.AsHostSpan()[start],
                Gamma = ref a.Gamma.AsHostSpan()[start], Mean = ref a.Mean.AsHostSpan()[start], Inverse = ref a.InverseDeviation.AsHostSpan()[start],
                DGamma = ref a.DGamma.AsHostSpan()[start], DBeta = ref a.DBeta.AsHostSpan()[start], Arguments = a,
            };
            WideLoop.Run(ref loop, Math.Min(BlockSize, a.Columns - start));
        }
    }

    /// <summary>As <see cref="ForwardLoop"/>.</summary>
    private ref struct BackwardLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float DY;
        public ref float DX;
        public ref float Gamma;
        public ref float Mean;
        public ref float Inverse;
        public ref float DGamma;
        public ref float DBeta;
        public BackwardArguments Arguments;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            nuint rows = (nuint)Arguments.Rows, xStride = (nuint)Arguments.XStride, yStride = (nuint)Arguments.YStride;
            nuint dyStride = (nuint)Arguments.DYStride, dxStride = (nuint)Arguments.DXStride;
            var activation = Arguments.Activation;
            T mean = T.Load(ref Mean, offset);
            T inverse = T.Load(ref Inverse, offset);
            T sumG = T.Of(0f), sumProduct = T.Of(0f);
            for (nuint first = 0; first < Strands.Count; first++)
            {
                T strandG = T.Of(0f), strandProduct = T.Of(0f);
                for (nuint row = first; row < rows; row += Strands.Count)
                {
                    T g = activation.Backward(T.Load(ref Y, offset + row * yStride), T.Load(ref DY, offset + row * dyStride));
                    strandG += g;
                    strandProduct += g * Formula.Normalized(T.Load(ref X, offset + row * xStride), mean, inverse);
                }
                sumG += strandG;
                sumProduct += strandProduct;
            }
            bool accumulate = Arguments.Accumulate != 0;
            T.Store(accumulate ? T.Load(ref DBeta, offset) + sumG : sumG, ref DBeta, offset);
            T.Store(accumulate ? T.Load(ref DGamma, offset) + sumProduct : sumProduct, ref DGamma, offset);

            T scale = T.Load(ref Gamma, offset) * inverse;
            T meanG = sumG / T.Of(Arguments.Rows);
            T meanProduct = sumProduct / T.Of(Arguments.Rows);
            for (nuint row = 0; row < rows; row++)
            {
                T g = activation.Backward(T.Load(ref Y, offset + row * yStride), T.Load(ref DY, offset + row * dyStride));
                T normalized = Formula.Normalized(T.Load(ref X, offset + row * xStride), mean, inverse);
                T.Store(Formula.InputGradient(g, normalized, scale, meanG, meanProduct), ref DX, offset + row * dxStride);
            }
        }
    }
}
