using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// Random numbers by Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): ten rounds
/// turn a counter into four words, so any element of any step can be computed again, on any device, in any order.
/// The key is the seed, the counter (block, step, purpose, 0); <see cref="PhiloxElements{TFormula}"/> says which element takes which word.
/// A stream is named by its purpose, and two uses in one step need two purposes.
/// <list type="bullet">
/// <item><see cref="Uniform"/> and <see cref="Normal"/> overwrite a matrix [M, N];</item>
/// <item><see cref="Integers"/> overwrites [N] integers.</item>
/// </list>
/// </summary>
public sealed class Philox
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint KeyStep0 = 0x9E3779B9; // the golden ratio
    private const uint KeyStep1 = 0xBB67AE85; // √3 − 1
    private const int Rounds = 10;

    /// <summary>The four words at counter (block, step, purpose, 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Words<T>(T block, StepState state, uint purpose, out T w1, out T w2, out T w3) where T : struct, IWord<T>
    {
        var w0 = block;
        w1 = T.Of(state.Step);
        w2 = T.Of(purpose);
        w3 = T.Of(0);
        Encrypt(ref w0, ref w1, ref w2, ref w3, state.SeedLow, state.SeedHigh);
        return w0;
    }

    /// <summary>Turns a counter into its four random words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Encrypt<T>(ref T c0, ref T c1, ref T c2, ref T c3, uint key0, uint key1) where T : struct, IWord<T>
    {
        for (int round = 0; round < Rounds; round++)
        {
            var low0 = T.Multiply(c0, Multiplier0, out var high0);
            var low1 = T.Multiply(c2, Multiplier1, out var high1);
            c0 = T.Xor(high1, c1, T.Of(key0));
            c1 = low1;
            c2 = T.Xor(high0, c3, T.Of(key1));
            c3 = low0;
            key0 += KeyStep0;
            key1 += KeyStep1;
        }
    }

    /// <summary>low + (high − low)·u.</summary>
    internal readonly struct UniformFormula(float low, float high) : IPhiloxFormula<UniformFormula>
    {
        private readonly float _low = low;
        private readonly float _width = high - low;

        public static bool ReadsInput => false;

        public UniformFormula At(StepState clock) => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord>
        {
            TReal low = TReal.Of(_low), width = TReal.Of(_width);
            y0 = low + width * TReal.UnitInterval(w0);
            y1 = low + width * TReal.UnitInterval(w1);
            y2 = low + width * TReal.UnitInterval(w2);
            y3 = low + width * TReal.UnitInterval(w3);
        }
    }

    /// <summary>Box and Muller 1958: two independent normal numbers are the coordinates of a point at radius √(−2 ln u) and angle 2πv.</summary>
    internal readonly struct NormalFormula(float deviation) : IPhiloxFormula<NormalFormula>
    {
        private readonly float _deviation = deviation;

        public static bool ReadsInput => false;

        public NormalFormula At(StepState clock) => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply<TReal, TWord>(TWord w0, TWord w1, TWord w2, TWord w3, ref TReal y0, ref TReal y1, ref TReal y2, ref TReal y3)
            where TReal : struct, IReal<TReal, TWord>
            where TWord : struct, IWord<TWord>
        {
            y0 = Pair(TReal.UnitInterval(w0), TReal.UnitInterval(w1), out y1);
            y2 = Pair(TReal.UnitInterval(w2), TReal.UnitInterval(w3), out y3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private T Pair<T>(T u, T v, out T second) where T : struct, IReal<T>
        {
            // Elementary.Log is negative on all of (0, 1), so the root is of a positive number.
            T radius = T.Sqrt(T.Of(-2f) * Elementary.Log(u)) * T.Of(_deviation);
            T sine = Elementary.SinCosOfTurn(v, out T cosine);
            second = radius * sine;
            return radius * cosine;
        }
    }

    // As in PhiloxElements: a lane computes a block, whose words go to elements 16 apart.
    private const int Lanes = 16;
    private const int Stretch = 4 * Lanes;

    private static void IntegersKernel(Index1D block, ArrayView<StepState> clock, uint purpose, ArrayView<int> y, int below)
    {
        EarlierLaunches.Await();
        var w0 = Words(new Word1((uint)block.X), clock[0], purpose, out var w1, out var w2, out var w3);
        int element = block / Lanes * Stretch + (block & (Lanes - 1));
        int length = y.IntLength;
        if (element < length)
            y[element] = Below(w0, below);
        if (element + Lanes < length)
            y[element + Lanes] = Below(w1, below);
        if (element + 2 * Lanes < length)
            y[element + 2 * Lanes] = Below(w2, below);
        if (element + 3 * Lanes < length)
            y[element + 3 * Lanes] = Below(w3, below);
    }

    private static int Below(Word1 word, int below)
    {
        Word1.Multiply(word, (uint)below, out var high);
        return (int)high.Value;
    }

    private readonly ComputeDevice _device;
    private readonly PhiloxElements<UniformFormula> _uniform;
    private readonly PhiloxElements<NormalFormula> _normal;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, uint, ArrayView<int>, int>? _integers;

    /// <summary>Compiles the kernels for <paramref name="device"/>.</summary>
    public Philox(ComputeDevice device)
    {
        _device = device;
        _uniform = new(device);
        _normal = new(device);
        if (device.Team is null)
            _integers = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, uint, ArrayView<int>, int>(IntegersKernel, ElementLanes.AGroup));
    }

    /// <summary>
    /// y = low + (high − low)·u with u uniform on the 2²³ numbers (k + ½)·2⁻²³, rounded to single: exact for (0, 1) and (−1, 1), whose ends it never
    /// takes. Overwrites y.
    /// </summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose"/>.</param>
    /// <param name="y">[M, N].</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <exception cref="ArgumentException">There is no clock, or y has more elements than an int counts.</exception>
    public void Uniform(ArrayView<StepState> clock, uint purpose, Matrix y, float low, float high)
    {
        using var launch = _device.Profiler?.Begin("Philox.Uniform", $"{y}", 2 * y.Elements, sizeof(float) * y.Elements);
        _uniform.Launch(clock, purpose, y, y, new UniformFormula(low, high));
    }

    /// <summary>
    /// y = deviation·n with n standard normal, of mean 0. |n| is at most √(48 ln 2) = 5.77, which a true normal number exceeds once in
    /// 10⁸; the error is below 3·10⁻⁶·deviation. Overwrites y.
    /// </summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose"/>.</param>
    /// <param name="y">[M, N].</param>
    /// <param name="deviation">The standard deviation.</param>
    /// <exception cref="ArgumentException">There is no clock, or y has more elements than an int counts.</exception>
    public void Normal(ArrayView<StepState> clock, uint purpose, Matrix y, float deviation = 1)
    {
        using var launch = _device.Profiler?.Begin("Philox.Normal", $"{y}", 4 * y.Elements, sizeof(float) * y.Elements);
        _normal.Launch(clock, purpose, y, y, new NormalFormula(deviation));
    }

    /// <summary>
    /// y = ⌊word·below / 2³²⌋, so 0 … below − 1, such as labels. Each comes with a probability within 2⁻³² of 1/below: without a
    /// rejection the bias is below·2⁻³² of it, 2·10⁻⁹ for ten classes. Overwrites y.
    /// </summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which stream; see <see cref="Purpose"/>.</param>
    /// <param name="y">[N]; element i takes the word of a matrix's element (0, i).</param>
    /// <param name="below">How many integers there are to draw from.</param>
    /// <exception cref="ArgumentException">There is no clock, y is empty, or <paramref name="below"/> is not positive.</exception>
    public void Integers(ArrayView<StepState> clock, uint purpose, ArrayView<int> y, int below)
    {
        if (clock.Length < 1 || y.Length < 1 || y.Length > int.MaxValue - Stretch || below < 1)
            throw new ArgumentException($"{y.Length} integers below {below} with {clock.Length} clocks cannot be drawn.");
        using var launch = _device.Profiler?.Begin("Philox.Integers", $"{y.Length}", 0, sizeof(int) * y.Length);
        int blocks = (y.IntLength + Stretch - 1) / Stretch * Lanes;
        if (_integers is not null)
        {
            _integers(_device.Stream, blocks, clock, purpose, y, below);
            return;
        }
        var job = new WideIntegers { State = clock.AsHostSpan()[0], Purpose = purpose, Y = y, Below = below };
        _device.Team!.Run(ref job, blocks / Lanes);
    }

    /// <summary>An item is a stretch of 64 elements: a batch's labels are a few of them, so words are made one by one.</summary>
    private struct WideIntegers : IJob
    {
        public required StepState State { get; init; }
        public required uint Purpose { get; init; }
        public required ArrayView<int> Y { get; init; }
        public required int Below { get; init; }

        public readonly void Run(int item, int worker)
        {
            var y = Y.AsHostSpan();
            y = y.Slice(item * Stretch, Math.Min(Stretch, y.Length - item * Stretch));
            for (int lane = 0; lane < Math.Min(Lanes, y.Length); lane++)
            {
                var w0 = Words(new Word1((uint)(item * Lanes + lane)), State, Purpose, out var w1, out var w2, out var w3);
                y[lane] = Below(w0, Below);
                if (lane + Lanes < y.Length)
                    y[lane + Lanes] = Below(w1, Below);
                if (lane + 2 * Lanes < y.Length)
                    y[lane + 2 * Lanes] = Below(w2, Below);
                if (lane + 3 * Lanes < y.Length)
                    y[lane + 3 * Lanes] = Below(w3, Below);
            }
        }
    }
}
