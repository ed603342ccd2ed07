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
        var job = new InferChannels { Arguments = a, Team = _device.Team! };
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
            var channel = new Channel(a, item, Team, worker, out var lanes);
            lanes.Clear();
            var sums = new Sums { X = channel.X, Lanes = lanes, Stride = a.XStride };
            ChannelLanes.Visit(ref sums, channel.Images, channel.Pixels);
            var mean = new Real1(Strands.GroupTotal(lanes) / count);
            lanes.Clear();
            var squares = new Squares { X = channel.X, Lanes = lanes, Stride = a.XStride, Mean = mean.Value };
            ChannelLanes.Visit(ref squares, channel.Images, channel.Pixels);
            var variance = new Real1(Strands.GroupTotal(lanes) / count);
            var inverse = Formula.InverseDeviation(variance, a.Epsilon);
            channel.Output(a, item, mean.Value, inverse.Value);

            a.Mean.AsHostSpan()[item] = mean.Value;
            a.InverseDeviation.AsHostSpan()[item] = inverse.Value;
            ref float runningMean = ref a.RunningMean.AsHostSpan()[item];
            ref float runningVariance = ref a.RunningVariance.AsHostSpan()[item];
            runningMean = Formula.Running(new Real1(runningMean), mean, a.Momentum).Value;
            runningVariance = Formula.Running(new Real1(runningVariance), variance * new Real1(a.Unbias), a.VarianceMomentum).Value;
        }
    }

    private ref struct InferChannels : IJob
    {
        public required ForwardArguments Arguments;
        public required WorkerTeam Team;

        public readonly void Run(int item, int worker)
        {
            var inverse = Formula.InverseDeviation(new Real1(Arguments.RunningVariance.AsHostSpan()[item]), Arguments.Epsilon);
            new Channel(Arguments, item, Team, worker, out _).Output(Arguments, item, Arguments.RunningMean.AsHostSpan()[item], inverse.Value);
        }
    }

    /// <summary>A channel's pixels as the loops take them: where they lie, or gathered if that leaves vectors empty.</summary>
    private readonly ref struct Channel
    {
        public readonly Span<float> X;
        public readonly int Images, Pixels;
        private readonly Span<float> _y;
        private readonly bool _gathered;

        public Channel(ForwardArguments a, int channel, WorkerTeam team, int worker, out Span<float> lanes)
        {
            int first = channel * a.Pixels;
            _gathered = ChannelLanes.AreShort(a.Pixels);
            (Images, Pixels) = _gathered ? (1, a.Images * a.Pixels) : (a.Images, a.Pixels);
            var scratch = team.ScratchOf(worker, Strands.Lanes + (_gathered ? Pixels : 0));
            lanes = scratch[..Strands.Lanes];
            X = a.X.AsHostSpan()[first..];
            _y = a.Y.AsHostSpan()[first..];
            if (!_gathered)
                return;
            var packed = scratch.Slice(Strands.Lanes, Pixels);
            ChannelLanes.Gather(X, a.XStride, a.Images, a.Pixels, packed);
            X = packed;
        }

        public void Output(ForwardArguments a, int channel, float mean, float inverse)
        {
            var y = _gathered ? X : _y;
            float gamma = a.Gamma.AsHostSpan()[channel], beta = a.Beta.AsHostSpan()[channel];
            for (int image = 0; image < Images; image++)
            {
                var loop = new OutputLoop
                {
                    X = ref X[image * a.XStride], Y = ref y[image * a.YStride], Mean = mean, Inverse = inverse, Gamma = gamma, Beta = beta, Activation = a.Activation,
                };
                WideLoop.Run(ref loop, Pixels);
            }
            if (_gathered)
                ChannelLanes.Scatter(y, _y, a.YStride, a.Images, a.Pixels);
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
            int count = a.Images * a.Pixels, first = item * a.Pixels, images = a.Images, pixels = a.Pixels;
            bool gathered = ChannelLanes.AreShort(pixels);
            var scratch = Team.ScratchOf(worker, 2 * Strands.Lanes + (gathered ? 3 * count : 0));
            var lanes = scratch[..(2 * Strands.Lanes)];
            lanes.Clear();
            Span<float> x = a.X.AsHostSpan()[first..], y = a.Y.AsHostSpan()[first..], dy = a.DY.AsHostSpan()[first..], dx = a.DX.AsHostSpan()[first..];
            if (gathered)
            {
                var packed = scratch[(2 * Strands.Lanes)..];
                Span<float> packedX = packed[..count], packedY = packed.Slice(count, count), packedDY = packed.Slice(2 * count, count);
                ChannelLanes.Gather(x, a.XStride, images, pixels, packedX);
                ChannelLanes.Gather(y, a.YStride, images, pixels, packedY);
                ChannelLanes.Gather(dy, a.DYStride, images, pixels, packedDY);
                x = packedX;
                y = packedY;
                dy = packedDY;
                (images, pixels) = (1, count);
            }
            float mean = a.Mean.AsHostSpan()[item], inverse = a.InverseDeviation.AsHostSpan()[item];
            var runs = new GradientRuns { Arguments = a, X = x, Y = y, DY = dy, Mean = mean, Inverse = inverse, G = lanes[..Strands.Lanes], Product = lanes[Strands.Lanes..] };
            ChannelLanes.Visit(ref runs, images, pixels);
            float sumG = Strands.GroupTotal(runs.G);
            float sumProduct = Strands.GroupTotal(runs.Product);
            ref float dBeta = ref a.DBeta.AsHostSpan()[item];
            ref float dGamma = ref a.DGamma.AsHostSpan()[item];
            dBeta = a.Accumulate != 0 ? dBeta + sumG : sumG;
            dGamma = a.Accumulate != 0 ? dGamma + sumProduct : sumProduct;
            // Gathered, dx takes the place of dy, number by number.
            var target = gathered ? dy : dx;
            for (int image = 0; image < images; image++)
            {
                var loop = new InputLoop
                {
                    X = ref x[image * a.XStride], Y = ref y[image * a.YStride], DY = ref dy[image * a.DYStride], DX = ref target[image * a.DXStride],
                    Mean = mean, Inverse = inverse, Scale = a.Gamma.AsHostSpan()[item] * inverse, MeanG = sumG / count, MeanProduct = sumProduct / count,
                    Activation = a.Activation,
                };
                WideLoop.Run(ref loop, pixels);
            }
            if (gathered)
                ChannelLanes.Scatter(target, dx, a.DXStride, a.Images, a.Pixels);
        }
    }

    private ref struct GradientRuns : IChannelRuns
    {
        public required BackwardArguments Arguments;
        public required Span<float> X, Y, DY;
        public required float Mean, Inverse;
        public required Span<float> G;
        public required Span<float> Product;

        public readonly void Add(int image, int pixel, int lane, int count)
        {
            var a = Arguments;
            var loop = new GradientLoop
            {
                X = ref X[image * a.XStride + pixel], Y = ref Y[image * a.YStride + pixel], DY = ref DY[image * a.DYStride + pixel],
                G = ref G[lane], Product = ref Product[lane], Mean = Mean, Inverse = Inverse, Activation = a.Activation,
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
