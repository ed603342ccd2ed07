using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using Formula = GpuCgan.Kernels.Operators.BatchNorm.Formula;

namespace GpuCgan.Kernels.Operators;

/// <summary>The wide twins: an item is a channel, and the vectors run along its pixels.</summary>
public sealed partial class BatchNorm2d
{
    private void ForwardWide(ForwardArguments a)
    {
        var job = new ForwardChannels { Arguments = a, Team = _device.Team! };
        _device.Team!.Run(ref job, a.Channels);
    }

    private void InferWide(ForwardArguments a)
    {
        var job = new InferChannels { Arguments = a };
        _device.Team!.Run(ref job, a.Channels);
    }

    private void BackwardWide(BackwardArguments a)
    {
        var job = new BackwardChannels { Arguments = a, Team = _device.Team! };
        _device.Team!.Run(ref job, a.Channels);
    }

    private ref struct ForwardChannels : IJob
    {
        public required ForwardArguments Arguments;
        public required WorkerTeam Team;

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int count = a.Images * a.Pixels;
            var lanes = Team.ScratchOf(worker, Strands.Lanes);
            lanes.Clear();
            var x = a.X.AsHostSpan()[(item * a.Pixels)..];
            var sums = new Sums { X = x, Lanes = lanes, Stride = a.XStride };
            ChannelLanes.Visit(ref sums, a.Images, a.Pixels);
            var mean = new Real1(Strands.GroupTotal(lanes) / count);
            lanes.Clear();
            var squares = new Squares { X = x, Lanes = lanes, Stride = a.XStride, Mean = mean.Value };
            ChannelLanes.Visit(ref squares, a.Images, a.Pixels);
            var variance = new Real1(Strands.GroupTotal(lanes) / count);
            var inverse = Formula.InverseDeviation(variance, a.Epsilon);
            Output(a, item, mean.Value, inverse.Value);

            a.Mean.AsHostSpan()[item] = mean.Value;
            a.InverseDeviation.AsHostSpan()[item] = inverse.Value;
            ref float runningMean = ref a.RunningMean.AsHostSpan()[item];
            ref float runningVariance = ref a.RunningVariance.AsHostSpan()[item];
            runningMean = Formula.Running(new Real1(runningMean), mean, a.Momentum).Value;
            runningVariance = Formula.Running(new Real1(runningVariance), variance * new Real1(a.Unbias), a.VarianceMomentum).Value;
        }
    }

    private struct InferChannels : IJob
    {
        public required ForwardArguments Arguments { get; init; }

        public readonly void Run(int item, int worker)
        {
            var inverse = Formula.InverseDeviation(new Real1(Arguments.RunningVariance.AsHostSpan()[item]), Arguments.Epsilon);
            Output(Arguments, item, Arguments.RunningMean.AsHostSpan()[item], inverse.Value);
        }
    }

    private static void Output(ForwardArguments a, int channel, float mean, float inverse)
    {
        int first = channel * a.Pixels;
        float gamma = a.Gamma.AsHostSpan()[channel], beta = a.Beta.AsHostSpan()[channel];
        for (int image = 0; image < a.Images; image++)
        {
            var loop = new OutputLoop
            {
                X = ref a.X.AsHostSpan()[image * a.XStride + first], Y = ref a.Y.AsHostSpan()[image * a.YStride + first],
                Mean = mean, Inverse = inverse, Gamma = gamma, Beta = beta, Activation = a.Activation,
            };
            WideLoop.Run(ref loop, a.Pixels);
        }
    }

    private ref struct OutputLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public float Mean, Inverse, Gamma, Beta;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T normalized = Formula.Normalized(T.Load(ref X, offset), T.Of(Mean), T.Of(Inverse));
            T.Store(Formula.Output(normalized, T.Of(Gamma), T.Of(Beta), Activation), ref Y, offset);
        }
    }

    private ref struct Sums : IChannelRuns
    {
        public required Span<float> X;
        public required Span<float> Lanes;
        public required int Stride;

        public readonly void Add(int image, int pixel, int lane, int count)
        {
            var loop = new SumLoop { X = ref X[image * Stride + pixel], Lanes = ref Lanes[lane] };
            WideLoop.Run(ref loop, count);
        }
    }

    private ref struct SumLoop : IWideLoop
    {
        public ref float X;
        public ref float Lanes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(T.Load(ref Lanes, offset) + T.Load(ref X, offset), ref Lanes, offset);
    }

    private ref struct Squares : IChannelRuns
    {
        public required Span<float> X;
        public required Span<float> Lanes;
        public required int Stride;
        public required float Mean;

        public readonly void Add(int image, int pixel, int lane, int count)
        {
            var loop = new SquareLoop { X = ref X[image * Stride + pixel], Lanes = ref Lanes[lane], Mean = Mean };
            WideLoop.Run(ref loop, count);
        }
    }

    private ref struct SquareLoop : IWideLoop
    {
        public ref float X;
        public ref float Lanes;
        public float Mean;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T d = T.Load(ref X, offset) - T.Of(Mean);
            T.Store(T.Load(ref Lanes, offset) + d * d, ref Lanes, offset);
        }
    }

    private ref struct BackwardChannels : IJob
    {
        public required BackwardArguments Arguments;
        public required WorkerTeam Team;

        public readonly void Run(int item, int worker)
        {
            var a = Arguments;
            int count = a.Images * a.Pixels;
            var lanes = Team.ScratchOf(worker, 2 * Strands.Lanes);
            lanes.Clear();
            float mean = a.Mean.AsHostSpan()[item], inverse = a.InverseDeviation.AsHostSpan()[item];
            var runs = new GradientRuns { Arguments = a, First = item * a.Pixels, Mean = mean, Inverse = inverse, G = lanes[..Strands.Lanes], Product = lanes[Strands.Lanes..] };
            ChannelLanes.Visit(ref runs, a.Images, a.Pixels);
            float sumG = Strands.GroupTotal(runs.G);
            float sumProduct = Strands.GroupTotal(runs.Product);
            ref float dBeta = ref a.DBeta.AsHostSpan()[item];
            ref float dGamma = ref a.DGamma.AsHostSpan()[item];
            dBeta = a.Accumulate != 0 ? dBeta + sumG : sumG;
            dGamma = a.Accumulate != 0 ? dGamma + sumProduct : sumProduct;
            for (int image = 0; image < a.Images; image++)
            {
                var loop = new InputLoop
                {
                    X = ref a.X.AsHostSpan()[image * a.XStride + runs.First], Y = ref a.Y.AsHostSpan()[image * a.YStride + runs.First],
                    DY = ref a.DY.AsHostSpan()[image * a.DYStride + runs.First], DX = ref a.DX.AsHostSpan()[image * a.DXStride + runs.First],
                    Mean = mean, Inverse = inverse, Scale = a.Gamma.AsHostSpan()[item] * inverse, MeanG = sumG / count, MeanProduct = sumProduct / count,
                    Activation = a.Activation,
                };
                WideLoop.Run(ref loop, a.Pixels);
            }
        }
    }

    private ref struct GradientRuns : IChannelRuns
    {
        public required BackwardArguments Arguments;
        public required int First;
        public required float Mean, Inverse;
        public required Span<float> G;
        public required Span<float> Product;

        public readonly void Add(int image, int pixel, int lane, int count)
        {
            var a = Arguments;
            int place = First + pixel;
            var loop = new GradientLoop
            {
                X = ref a.X.AsHostSpan()[image * a.XStride + place], Y = ref a.Y.AsHostSpan()[image * a.YStride + place],
                DY = ref a.DY.AsHostSpan()[image * a.DYStride + place], G = ref G[lane], Product = ref Product[lane],
                Mean = Mean, Inverse = Inverse, Activation = a.Activation,
            };
            WideLoop.Run(ref loop, count);
        }
    }

    private ref struct GradientLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float DY;
        public ref float G;
        public ref float Product;
        public float Mean, Inverse;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T g = Activation.Backward(T.Load(ref Y, offset), T.Load(ref DY, offset));
            T product = g * Formula.Normalized(T.Load(ref X, offset), T.Of(Mean), T.Of(Inverse));
            T.Store(T.Load(ref G, offset) + g, ref G, offset);
            T.Store(T.Load(ref Product, offset) + product, ref Product, offset);
        }
    }

    private ref struct InputLoop : IWideLoop
    {
        public ref float X;
        public ref float Y;
        public ref float DY;
        public ref float DX;
        public float Mean, Inverse, Scale, MeanG, MeanProduct;
        public Activation Activation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T g = Activation.Backward(T.Load(ref Y, offset), T.Load(ref DY, offset));
            T normalized = Formula.Normalized(T.Load(ref X, offset), T.Of(Mean), T.Of(Inverse));
            T.Store(Formula.InputGradient(g, normalized, T.Of(Scale), T.Of(MeanG), T.Of(MeanProduct)), ref DX, offset);
        }
    }
}
