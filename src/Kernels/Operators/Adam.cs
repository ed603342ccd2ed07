using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Adam with bias correction (Kingma and Ba 2015, algorithm 1) and decoupled weight decay (Loshchilov and Hutter 2019), over a whole arena:
/// <code>
/// m ← β₁·m + (1 − β₁)·g
/// v ← β₂·v + (1 − β₂)·g²
/// w ← w − α·(m̂ / (√v̂ + ε) + λ·w)   with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
/// </code>
/// ε is added to the corrected root, as in algorithm 1 (and in PyTorch), not to √v before its correction. α is the learning rate times the
/// clock's scale, t = Step·updatesPerStep + update + 1 comes from the clock, so a recorded step can be replayed. Parameters and both moments
/// are updated in place; gradients are read. Padding between tensors, all zeros, stays zero.
/// </summary>
/// <remarks>
/// 1 − βᵗ = −(e^(t·ln β) − 1) with ln β from the host's double precision: nothing cancels at t = 1, where 1 − 0.999 in single precision would
/// lose four digits. t is exact up to 2²⁴, and beyond that both corrections are 1 for any β₂ up to 0.999999.
/// The work is 28 bytes a parameter: memory decides its time.
/// </remarks>
public sealed class Adam
{
    /// <summary>Parameters an item of work: 256 KB in four streams, some ten microseconds.</summary>
    private const int ChunkSize = 16 * 1024;

    /// <summary>What the host knows of an update before t.</summary>
    internal readonly struct Rule(AdamOptions options, int updatesPerStep, int update)
    {
        public readonly float LearningRate = options.LearningRate, WeightDecay = options.WeightDecay, Epsilon = options.Epsilon;
        public readonly float Beta1 = options.Beta1, Beta2 = options.Beta2;
        public readonly float OneMinusBeta1 = (float)(1 - (double)options.Beta1), OneMinusBeta2 = (float)(1 - (double)options.Beta2);
        public readonly float LogBeta1 = LogOf(options.Beta1), LogBeta2 = LogOf(options.Beta2);
        public readonly int UpdatesPerStep = updatesPerStep, Update = update;

        // ln 0 would be −∞; −100 corrects by 1 − e⁻¹⁰⁰, which is 1 in single precision too.
        private static float LogOf(float beta) => (float)Math.Max(Math.Log(beta), -100);
    }

    /// <summary>The rule at a given t.</summary>
    internal readonly struct Update
    {
        private readonly float _beta1, _beta2, _oneMinusBeta1, _oneMinusBeta2, _epsilon;
        private readonly float _stepSize, _rootScale, _decay;

        public Update(Rule rule, StepState clock)
        {
            float t = (float)clock.Step * rule.UpdatesPerStep + (rule.Update + 1);
            float correction1 = -Elementary.ExpMinusOne(new Real1(t * rule.LogBeta1)).Value;
            float correction2 = -Elementary.ExpMinusOne(new Real1(t * rule.LogBeta2)).Value;
            float rate = rule.LearningRate * clock.RateScale;
            _beta1 = rule.Beta1;
            _beta2 = rule.Beta2;
            _oneMinusBeta1 = rule.OneMinusBeta1;
            _oneMinusBeta2 = rule.OneMinusBeta2;
            _epsilon = rule.Epsilon;
            _stepSize = rate / correction1;
            _rootScale = 1 / Real1.Sqrt(new Real1(correction2)).Value;
            _decay = rate * rule.WeightDecay;
        }

        public T FirstMoment<T>(T m, T g) where T : struct, IReal<T> => T.Of(_beta1) * m + T.Of(_oneMinusBeta1) * g;

        public T SecondMoment<T>(T v, T g) where T : struct, IReal<T> => T.Of(_beta2) * v + T.Of(_oneMinusBeta2) * (g * g);

        // The compiler leaves this one a call, which passes three vectors through memory, unless it is told.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Parameter<T>(T w, T m, T v) where T : struct, IReal<T> =>
            w - T.Of(_stepSize) * m / (T.Sqrt(v) * T.Of(_rootScale) + T.Of(_epsilon)) - T.Of(_decay) * w;
    }

    /// <summary>Four neighbours of each arena.</summary>
    private readonly struct Read(ArrayView<float> w, ArrayView<float> g, ArrayView<float> m, ArrayView<float> v, int four)
    {
        public readonly Float4 W = ArenaFours.Of(w, four), G = ArenaFours.Of(g, four), M = ArenaFours.Of(m, four), V = ArenaFours.Of(v, four);
    }

    /// <summary>A parameter and its moments.</summary>
    private struct Moved
    {
        public float W, M, V;

        public Moved(Update update, float w, float g, float m, float v)
        {
            var first = update.FirstMoment(new Real1(m), new Real1(g));
            var second = update.SecondMoment(new Real1(v), new Real1(g));
            (M, V, W) = (first.Value, second.Value, update.Parameter(new Real1(w), first, second).Value);
        }
    }

    /// <summary>An update of the weights of one layer that their gradient's product does as it goes (<see cref="Gemm.MoveByGradient"/>).</summary>
    /// <param name="clock">As in <see cref="Launch"/>; an arena has one update a step.</param>
    /// <param name="parameters">The weights, lying as the gradient does.</param>
    /// <param name="firstMoments">As many.</param>
    /// <param name="secondMoments">As many.</param>
    /// <param name="options">α, β₁, β₂, ε and λ.</param>
    public readonly struct Move(ArrayView<StepState> clock, ArrayView<float> parameters, ArrayView<float> firstMoments, ArrayView<float> secondMoments, AdamOptions options)
    {
        internal long Length => parameters.Length == firstMoments.Length && parameters.Length == secondMoments.Length && clock.Length == 1 ? parameters.Length : 0;

        internal Wide Of(ArrayView<float> gradients)
        {
            options.Check();
            return new()
            {
                Parameters = parameters.AsHostSpan(), Gradients = gradients.AsHostSpan(), First = firstMoments.AsHostSpan(), Second = secondMoments.AsHostSpan(), Update = new Update(new Rule(options, 1, 0), clock.AsHostSpan()[0]),
            };
        }
    }

    private static void Kernel(
        Index1D lane, ArrayView<StepState> clock, ArrayView<float> w, ArrayView<float> g, ArrayView<float> m, ArrayView<float> v, int fours, int lanes, Rule rule)
    {
        EarlierLaunches.Await();
        // All five are read before the corrections are computed from the first.
        var state = clock[0];
        int four = lane;
        var read = default(Read);
        if (four < fours)
            read = new Read(w, g, m, v, four);
        var update = new Update(rule, state);
        while (four < fours)
        {
            Moved x = new(update, read.W.X, read.G.X, read.M.X, read.V.X), y = new(update, read.W.Y, read.G.Y, read.M.Y, read.V.Y);
            Moved z = new(update, read.W.Z, read.G.Z, read.M.Z, read.V.Z), last = new(update, read.W.W, read.G.W, read.M.W, read.V.W);
            ArenaFours.Of(m, four) = new(x.M, y.M, z.M, last.M);
            ArenaFours.Of(v, four) = new(x.V, y.V, z.V, last.V);
            ArenaFours.Of(w, four) = new(x.W, y.W, z.W, last.W);
            four += lanes;
            if (four < fours)
                read = new Read(w, g, m, v, four);
        }
        for (; four * ArenaFours.ALane < w.IntLength; four += lanes)
        {
            for (int i = four * ArenaFours.ALane; i < ArenaFours.End(w, four); i++)
            {
                var moved = new Moved(update, w[i], g[i], m[i], v[i]);
                m[i] = moved.M;
                v[i] = moved.V;
                w[i] = moved.W;
            }
        }
    }

    /// <summary>
    /// Groups a multiprocessor where there must be room for others; their lanes go on with what is left. Five of 128 lanes have 40 KB under way, which is what it takes to hide the memory of an H200
    /// (4.8 TB/s for 132 of them and a microsecond: 36 KB), and less than half of the registers, so that a product's group of 256 lanes with 128 each finds its place beside them.
    /// </summary>
    private const int GroupsThatLeaveRoom = 5;

    internal int LanesThatLeaveRoom => _device.Accelerator.NumMultiprocessors * GroupsThatLeaveRoom * ElementLanes.AGroup;

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int, Rule>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public Adam(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, int, int, Rule>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>One update of every parameter of an arena.</summary>
    /// <param name="clock">[1], whose Step counts finished steps: it is advanced after the step's last update.</param>
    /// <param name="updatesPerStep">How often this arena is updated in a step.</param>
    /// <param name="update">Which of them this one is, 0 … updatesPerStep−1.</param>
    /// <param name="parameters">[P], updated.</param>
    /// <param name="gradients">[P], read.</param>
    /// <param name="firstMoments">[P], zeros at the start, updated.</param>
    /// <param name="secondMoments">[P], zeros at the start, updated.</param>
    /// <param name="options">α, β₁, β₂, ε and λ.</param>
    /// <param name="leavesRoom">Whether it runs beside what must not wait for it, a backward pass: then it takes a part of a GPU alone. The bits are the same.</param>
    /// <exception cref="ArgumentException">The lengths differ, there is no such update, or an option is outside of its range.</exception>
    public void Launch(
        ArrayView<StepState> clock, int updatesPerStep, int update, ArrayView<float> parameters, ArrayView<float> gradients,
        ArrayView<float> firstMoments, ArrayView<float> secondMoments, AdamOptions options, bool leavesRoom = false)
    {
        long length = parameters.Length;
        if (length is < 1 or > ArenaFours.MaxLength || gradients.Length != length || firstMoments.Length != length || secondMoments.Length != length)
            throw new ArgumentException($"Adam's arenas of {length}, {gradients.Length}, {firstMoments.Length} and {secondMoments.Length} floats do not fit one another.");
        if (clock.Length != 1)
            throw new ArgumentException($"A clock is one element, not {clock.Length}.", nameof(clock));
        if (updatesPerStep < 1 || update < 0 || update >= updatesPerStep)
            throw new ArgumentException($"There is no update {update} of {updatesPerStep}.", nameof(update));
        options.Check();

        using var launch = _device.Profiler?.Begin("Adam", $"{length}", 15 * length, 7 * sizeof(float) * length);
        var rule = new Rule(options, updatesPerStep, update);
        if (_kernel is not null)
        {
            int fours = ArenaFours.Whole(parameters, gradients, firstMoments, secondMoments);
            int lanes = ArenaFours.Lanes(length);
            if (leavesRoom)
                lanes = Math.Min(lanes, LanesThatLeaveRoom);
            _kernel(_device.Stream, lanes, clock, parameters, gradients, firstMoments, secondMoments, fours, lanes, rule);
            return;
        }
        var job = new WideChunks
        {
            Arenas = new Wide
            {
                Parameters = parameters.AsHostSpan(), Gradients = gradients.AsHostSpan(), First = firstMoments.AsHostSpan(), Second = secondMoments.AsHostSpan(), Update = new Update(rule, clock.AsHostSpan()[0]),
            },
            Threads = _device.Threads,
        };
        _device.Team!.Run(ref job, ((int)length - 1) / ChunkSize + 1);
    }

    /// <summary>All that an update of wide vectors needs, for a worker that does a part of it.</summary>
    internal ref struct Wide
    {
        public Span<float> Parameters;
        public Span<float> Gradients;
        public Span<float> First;
        public Span<float> Second;
        public Update Update;

        public readonly void Move(int start, int length)
        {
            var loop = new Loop
            {
                W = ref Parameters.Slice(start, length)[0], G = ref Gradients.Slice(start, length)[0], M = ref First.Slice(start, length)[0], V = ref Second.Slice(start, length)[0], Update = Update,
            };
            WideLoop.Run(ref loop, length);
        }
    }

    private ref struct WideChunks : IJob
    {
        public required Wide Arenas { get; init; }

        /// <summary>Of the team: more than one, and products have read parameters on other cores than the one that updates them.</summary>
        public required int Threads { get; init; }

        public readonly void Run(int item, int worker)
        {
            int start = item * ChunkSize;
            int length = Math.Min(ChunkSize, Arenas.Parameters.Length - start);
            if (Threads > 1)
                CacheLines.Own(Arenas.Parameters.Slice(start, length));
            Arenas.Move(start, length);
        }
    }

    private ref struct Loop : IWideLoop
    {
        public ref float W;
        public ref float G;
        public ref float M;
        public ref float V;
        public Update Update;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T gradient = T.Load(ref G, offset);
            T first = Update.FirstMoment(T.Load(ref M, offset), gradient);
            T second = Update.SecondMoment(T.Load(ref V, offset), gradient);
            T.Store(first, ref M, offset);
            T.Store(second, ref V, offset);
            T.Store(Update.Parameter(T.Load(ref W, offset), first, second), ref W, offset);
        }
    }
}
