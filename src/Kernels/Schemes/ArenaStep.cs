using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Operators;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Schemes;

/// <summary>How an optimiser that remembers one number a parameter moves it.</summary>
internal interface IArenaRule
{
    /// <summary>Moves the parameter <paramref name="w"/> and what is remembered of it by its gradient, at the rate of this step.</summary>
    void Update<T>(T rate, T g, ref T w, ref T memory) where T : struct, IReal<T>;
}

/// <summary>One update of a whole arena by a rule of one remembered number a parameter; the rate is multiplied by the clock's scale. Work: 20 bytes a parameter.</summary>
internal sealed class ArenaStep<TRule> where TRule : struct, IArenaRule
{
    /// <summary>Parameters an item of work: 192 KB in three streams.</summary>
    private const int ChunkSize = 16 * 1024;

    /// <summary>A parameter and what is remembered of it.</summary>
    private struct Moved
    {
        public float W, Memory;

        public Moved(TRule rule, float rate, float w, float g, float memory)
        {
            Real1 parameter = new(w), remembered = new(memory);
            rule.Update(new Real1(rate), new Real1(g), ref parameter, ref remembered);
            (W, Memory) = (parameter.Value, remembered.Value);
        }
    }

    private static void Kernel(
        Index1D lane, ArrayView<StepState> clock, ArrayView<float> w, ArrayView<float> g, ArrayView<float> memory, int fours, float rate, TRule rule)
    {
        EarlierLaunches.Await();
        float scaled = rate * clock[0].RateScale;
        if (lane < fours)
        {
            Float4 ws = ArenaFours.Of(w, lane), gs = ArenaFours.Of(g, lane), before = ArenaFours.Of(memory, lane);
            Moved x = new(rule, scaled, ws.X, gs.X, before.X), y = new(rule, scaled, ws.Y, gs.Y, before.Y);
            Moved z = new(rule, scaled, ws.Z, gs.Z, before.Z), last = new(rule, scaled, ws.W, gs.W, before.W);
            ArenaFours.Of(memory, lane) = new(x.Memory, y.Memory, z.Memory, last.Memory);
            ArenaFours.Of(w, lane) = new(x.W, y.W, z.W, last.W);
            return;
        }
        for (int i = lane * ArenaFours.ALane; i < ArenaFours.End(w, lane); i++)
        {
            var moved = new Moved(rule, scaled, w[i], g[i], memory[i]);
            memory[i] = moved.Memory;
            w[i] = moved.W;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int, float, TRule>? _kernel;

    public ArenaStep(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int, float, TRule>(Kernel, ElementLanes.AGroup));
    }

    /// <exception cref="ArgumentException">The lengths differ, or the clock is not one element.</exception>
    public void Launch(
        ArrayView<StepState> clock, ArrayView<float> parameters, ArrayView<float> gradients, ArrayView<float> memory, float rate, TRule rule)
    {
        long length = parameters.Length;
        if (length is < 1 or > ArenaFours.MaxLength || gradients.Length != length || memory.Length != length)
            throw new ArgumentException($"An optimiser's arenas of {length}, {gradients.Length} and {memory.Length} floats do not fit one another.");
        if (clock.Length != 1)
            throw new ArgumentException($"A clock is one element, not {clock.Length}.", nameof(clock));
        if (_kernel is not null)
        {
            _kernel(_device.Stream, ArenaFours.Lanes(length), clock, parameters, gradients, memory, ArenaFours.Whole(parameters, gradients, memory), rate, rule);
            return;
        }
        var job = new WideChunks
        {
            Parameters = parameters.AsHostSpan(), Gradients = gradients.AsHostSpan(), Memory = memory.AsHostSpan(),
            Rate = rate * clock.AsHostSpan()[0].RateScale, Rule = rule, Threads = _device.Threads,
        };
        _device.Team!.Run(ref job, ((int)length - 1) / ChunkSize + 1);
    }

    private ref struct WideChunks : IJob
    {
        public required Span<float> Parameters { get; init; }
        public required Span<float> Gradients { get; init; }
        public required Span<float> Memory { get; init; }
        public required float Rate { get; init; }
        public required TRule Rule { get; init; }

        /// <summary>Of the team: more than one, and products have read parameters on other cores than the one that updates them.</summary>
        public required int Threads { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item * ChunkSize;
            int length = Math.Min(ChunkSize, Parameters.Length - start);
            if (Threads > 1)
                CacheLines.Own(Parameters.Slice(start, length));
            var loop = new Loop { W = ref Parameters[start], G = ref Gradients[start], Memory = ref Memory[start], Rate = Rate, Rule = Rule };
            WideLoop.Run(ref loop, length);
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float W;
        public ref float G;
        public ref float Memory;
        public float Rate;
        public TRule Rule;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T w = T.Load(ref W, offset), memory = T.Load(ref Memory, offset);
            Rule.Update(T.Of(Rate), T.Load(ref G, offset), ref w, ref memory);
            T.Store(memory, ref Memory, offset);
            T.Store(w, ref W, offset);
        }
    }
}
