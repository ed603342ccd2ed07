using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// average ← d·average + (1 − d)·parameters over a whole arena [P]: the weights that a generator samples with (Yazıcı et al. 2019,
/// "The unusual effectiveness of averaging in GAN training"). d = min(decay, (1 + t)/(10 + t)) after t steps, so that a young average forgets where
/// training began and follows closely (TensorFlow's ExponentialMovingAverage warms up so). t comes from the clock. The average is updated in place.
/// </summary>
public sealed class ExponentialMovingAverage
{
    /// <summary>An item of work: some microseconds.</summary>
    private const int ChunkSize = 16 * 1024;

    internal readonly struct Formula
    {
        private readonly float _decay;
        private readonly float _rest;

        public Formula(float decay, uint step)
        {
            float t = step;
            float young = (1 + t) / (10 + t);
            _decay = young < decay ? young : decay;
            // 1 − d without its cancellation.
            _rest = young < decay ? 9 / (10 + t) : (float)(1 - (double)decay);
        }

        public T Apply<T>(T average, T parameter) where T : struct, IReal<T> => T.Of(_decay) * average + T.Of(_rest) * parameter;
    }

    private static void Kernel(Index1D lane, ArrayView<StepState> clock, ArrayView<float> average, ArrayView<float> parameters, int fours, float decay)
    {
        EarlierLaunches.Await();
        var formula = new Formula(decay, clock[0].Step);
        if (lane < fours)
        {
            Float4 a = ArenaFours.Of(average, lane), p = ArenaFours.Of(parameters, lane);
            ArenaFours.Of(average, lane) = new(Average(formula, a.X, p.X), Average(formula, a.Y, p.Y), Average(formula, a.Z, p.Z), Average(formula, a.W, p.W));
            return;
        }
        for (int i = lane * ArenaFours.ALane; i < ArenaFours.End(average, lane); i++)
            average[i] = Average(formula, average[i], parameters[i]);
    }

    private static float Average(Formula formula, float average, float parameter) => formula.Apply(new Real1(average), new Real1(parameter)).Value;

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, int, float>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public ExponentialMovingAverage(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, int, float>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>One update of the average.</summary>
    /// <param name="clock">[1], whose Step counts finished steps.</param>
    /// <param name="average">[P], updated; a copy of the parameters at the start.</param>
    /// <param name="parameters">[P], read.</param>
    /// <param name="decay">In [0, 1]; 0.999 averages over some thousand steps.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no clock, or the decay is not in [0, 1].</exception>
    public void Launch(ArrayView<StepState> clock, ArrayView<float> average, ArrayView<float> parameters, float decay)
    {
        if (average.Length != parameters.Length || average.Length is < 1 or > ArenaFours.MaxLength || clock.Length != 1)
            throw new ArgumentException($"An average of {average.Length} does not fit {parameters.Length} parameters and {clock.Length} clocks.");
        if (decay is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(decay), decay, "An average decays by a factor in [0, 1].");
        using var launch = _device.Profiler?.Begin("ExponentialMovingAverage", $"{average.Length}", 3 * average.Length, 3 * sizeof(float) * average.Length);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, ArenaFours.Lanes(average.Length), clock, average, parameters, ArenaFours.Whole(average, parameters), decay);
            return;
        }
        var job = new WideChunks { Average = average.AsHostSpan(), Parameters = parameters.AsHostSpan(), Formula = new Formula(decay, clock.AsHostSpan()[0].Step) };
        _device.Team!.Run(ref job, (average.IntLength - 1) / ChunkSize + 1);
    }

    private ref struct WideChunks : IJob
    {
        public required Span<float> Average { get; init; }
        public required Span<float> Parameters { get; init; }
        public required Formula Formula { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item * ChunkSize;
            var loop = new Loop { Average = ref Average[start], Parameters = ref Parameters[start], Formula = Formula };
            WideLoop.Run(ref loop, Math.Min(ChunkSize, Average.Length - start));
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float Average;
        public ref float Parameters;
        public Formula Formula;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T> =>
            T.Store(Formula.Apply(T.Load(ref Average, offset), T.Load(ref Parameters, offset)), ref Average, offset);
    }
}
