using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// sums[c] = Σ x[n, c, p] over images n and pixels p, the gradient of a convolution's bias: x is [N, C·P], sums [C]. Overwrites the sums or adds to them, as asked.
/// The order of the sum is that of <see cref="ChannelLanes"/>.
/// </summary>
public sealed class ChannelSum
{
    internal readonly struct Shape(int images, int pixels, int stride, bool accumulate)
    {
        public readonly Divisor ByPixels = new(pixels);
        public readonly int Pixels = pixels;
        public readonly int Images = images, Stride = stride;
        public readonly int Accumulate = accumulate ? 1 : 0;
    }

    private static void Kernel(ArrayView<float> x, ArrayView<float> sums, Shape s)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        int channel = Grid.IdxX;
        float before = s.Accumulate != 0 ? sums[channel] : 0f;
        var reader = new ChannelReader(x, new ChannelPlaces(channel, s.Pixels, s.ByPixels), s.Stride);
        var sum = new StrandSum();
        new Strand<ChannelReader, float, Eight<float>>(reader, lane, s.Images * s.Pixels, Strands.Lanes).Walk(ref sum);
        float total = Strands.GroupTotal(shared, sum.Value, lane);
        if (lane == 0)
            sums[channel] = before + total;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, Shape>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public ChannelSum(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, Shape>(Kernel));
    }

    /// <summary>sums = Σ x[·, c, ·], or sums += it.</summary>
    /// <param name="x">[N, C·P].</param>
    /// <param name="sums">[C]; must not overlap x.</param>
    /// <param name="accumulate">Whether to add to the sums instead of overwriting them.</param>
    /// <exception cref="ArgumentException">The columns of x are not a multiple of the sums.</exception>
    public void Launch(Matrix x, ArrayView<float> sums, bool accumulate)
    {
        if (sums.Length == 0 || x.Columns % sums.Length != 0)
            throw new ArgumentException($"{sums.Length} channels do not share the columns of {x}.", nameof(sums));
        int channels = (int)sums.Length;
        var shape = new Shape(x.Rows, x.Columns / channels, x.Stride, accumulate);
        using var launch = _device.Profiler?.Begin("ChannelSum", $"{x.Rows}×{channels}×{shape.Pixels}", x.Elements, sizeof(float) * (x.Elements + (accumulate ? 2 : 1) * channels));
        if (_kernel is not null)
        {
            _kernel(_device.Stream, new KernelConfig(channels, Strands.Lanes), x.Data, sums, shape);
            return;
        }
        var job = new WideChannels { X = x.Data.AsHostSpan(), Sums = sums.AsHostSpan(), Shape = shape, Team = _device.Team! };
        _device.Team!.Run(ref job, channels);
    }

    private ref struct WideChannels : IJob
    {
        public required Span<float> X;
        public required Span<float> Sums;
        public required Shape Shape;
        public required WorkerTeam Team;

        public readonly void Run(int item, int worker)
        {
            int images = Shape.Images, pixels = Shape.Pixels;
            bool isShort = ChannelLanes.AreShort(pixels);
            var scratch = Team.ScratchOf(worker, Strands.Lanes + (isShort ? images * pixels : 0));
            var lanes = scratch[..Strands.Lanes];
            lanes.Clear();
            var x = X[(item * pixels)..];
            if (isShort)
            {
                var packed = scratch[Strands.Lanes..];
                ChannelLanes.Gather(x, Shape.Stride, images, pixels, packed);
                x = packed;
                (images, pixels) = (1, images * pixels);
            }
            var runs = new Runs { X = x, Lanes = lanes, Stride = Shape.Stride };
            ChannelLanes.Visit(ref runs, images, pixels);
            float total = Strands.GroupTotal(lanes);
            Sums[item] = Shape.Accumulate != 0 ? Sums[item] + total : total;
        }
    }

    private ref struct Runs : IChannelRuns
    {
        public required Span<float> X;
        public required Span<float> Lanes;
        public required int Stride;

        public readonly void Add(int image, int pixel, int lane, int count)
        {
            var loop = new AddLoop { X = ref X[image * Stride + pixel], Lanes = ref Lanes[lane] };
            WideLoop.Run(ref loop, count);
        }
    }

    private ref struct AddLoop : IWideLoop
    {
        public ref float X;
        public ref float Lanes;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(T.Load(ref Lanes, offset) + T.Load(ref X, offset), ref Lanes, offset);
    }
}
