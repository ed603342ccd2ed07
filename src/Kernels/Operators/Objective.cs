using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>A game's formulas of one output z of D. A z that is not finite must show in losses and gradients.</summary>
internal interface IObjective
{
    /// <summary>Operations of loss, gradient and score of one output, an exponential or a logarithm counted as one.</summary>
    static abstract int Flops { get; }

    /// <summary>What D pays for z where it should have said t, in [0, 1].</summary>
    static abstract T DiscriminatorLoss<T>(T z, T t) where T : struct, IReal<T>;

    /// <summary>∂/∂z of it.</summary>
    static abstract T DiscriminatorGradient<T>(T z, T t) where T : struct, IReal<T>;

    /// <summary>What G pays for an image that D gave z.</summary>
    static abstract T GeneratorLoss<T>(T z) where T : struct, IReal<T>;

    /// <summary>Its derivative.</summary>
    static abstract T GeneratorGradient<T>(T z) where T : struct, IReal<T>;

    /// <summary>What a log shows as D(x).</summary>
    static abstract T Score<T>(T z) where T : struct, IReal<T>;
}

/// <summary>One player's side of a game.</summary>
internal interface ISide
{
    static abstract string Name { get; }

    static abstract int Flops { get; }

    T Loss<T>(T z, T t) where T : struct, IReal<T>;

    T Gradient<T>(T z, T t) where T : struct, IReal<T>;

    T Score<T>(T z) where T : struct, IReal<T>;
}

/// <summary>The kernel and the wide twin of every <see cref="AdversarialObjective"/>.</summary>
/// <remarks>
/// One group of 256 lanes: lane l takes rows l, l + 256, …, and the lanes are added as <see cref="Strands"/> says; the wide twin follows the same order on
/// the caller's thread alone, since a batch of logits is shorter than a wake-up.
/// </remarks>
internal sealed class Objective<TObjective>(ComputeDevice device) : AdversarialObjective where TObjective : struct, IObjective
{
    internal readonly struct DiscriminatorSide : ISide
    {
        public static string Name => typeof(TObjective).Name;

        public static int Flops => TObjective.Flops;

        public T Loss<T>(T z, T t) where T : struct, IReal<T> => TObjective.DiscriminatorLoss(z, t);

        public T Gradient<T>(T z, T t) where T : struct, IReal<T> => TObjective.DiscriminatorGradient(z, t);

        public T Score<T>(T z) where T : struct, IReal<T> => TObjective.Score(z);
    }

    internal readonly struct GeneratorSide : ISide
    {
        public static string Name => typeof(TObjective).Name;

        public static int Flops => TObjective.Flops;

        public T Loss<T>(T z, T unused) where T : struct, IReal<T> => TObjective.GeneratorLoss(z);

        public T Gradient<T>(T z, T unused) where T : struct, IReal<T> => TObjective.GeneratorGradient(z);

        public T Score<T>(T z) where T : struct, IReal<T> => TObjective.Score(z);
    }

    private readonly BatchObjective<DiscriminatorSide> _discriminator = new(device);
    private readonly BatchObjective<GeneratorSide> _generator = new(device);

    public override void ForDiscriminator(Matrix logits, ArrayView<float> targets, float weight, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (targets.Length != logits.Rows || !float.IsFinite(weight))
            throw new ArgumentException($"{targets.Length} targets and the weight {weight} do not fit {logits} logits.");
        _discriminator.Launch(logits, targets, weight, dLogits, loss, score);
    }

    // G's side has no targets; a view is passed all the same, so that both sides are one kernel.
    public override void ForGenerator(Matrix logits, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score) =>
        _generator.Launch(logits, logits.Data, 1, dLogits, loss, score);
}

/// <summary>One side's mean over a batch.</summary>
internal sealed class BatchObjective<TSide> where TSide : struct, ISide
{
    internal readonly struct Shape(int rows, int stride, int gradientStride, float weight)
    {
        public readonly int Rows = rows, Stride = stride, GradientStride = gradientStride;
        public readonly float Weight = weight;
    }

    private static void Kernel(
        ArrayView<float> logits, ArrayView<float> targets, ArrayView<float> gradients, ArrayView<float> loss, ArrayView<float> score, Shape s, TSide side)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        // Read here, they come while the logits do.
        float lossBefore = loss[0], scoreBefore = score[0];
        float lossStrand = 0, scoreStrand = 0;
        float scale = s.Weight / s.Rows;
        for (int row = lane; row < s.Rows; row += Strands.Lanes)
        {
            var z = new Real1(logits[row * s.Stride]);
            var t = new Real1(targets[row]);
            lossStrand += side.Loss(z, t).Value;
            scoreStrand += side.Score(z).Value;
            gradients[row * s.GradientStride] = side.Gradient(z, t).Value * scale;
        }
        var totals = Strands.GroupTotals(shared, new Pair(lossStrand, scoreStrand), lane);
        if (lane == 0)
        {
            loss[0] = lossBefore + totals.A * scale;
            score[0] = scoreBefore + totals.B / s.Rows;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TSide>? _kernel;

    public BatchObjective(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
        {
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TSide>(Kernel));
        }
    }

    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix logits, ArrayView<float> targets, float weight, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score)
    {
        if (logits.Columns != 1 || dLogits.Columns != 1 || logits.Rows != dLogits.Rows || loss.Length != 1 || score.Length != 1)
        {
            throw new ArgumentException(
                $"An objective takes M×1 logits and gradients, one loss and one score, not {logits}, {dLogits}, {loss.Length} and {score.Length}.");
        }
        using var launch = _device.Profiler?.Begin(TSide.Name, $"{logits.Rows}", (long)TSide.Flops * logits.Rows, 2L * sizeof(float) * logits.Rows);
        if (_kernel is not null)
        {
            var shape = new Shape(logits.Rows, logits.Stride, dLogits.Stride, weight);
            _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), logits.Data, targets, dLogits.Data, loss, score, shape, default);
            return;
        }
        LaunchWide(logits, targets.AsHostSpan(), weight, dLogits, ref loss.AsHostSpan()[0], ref score.AsHostSpan()[0]);
    }

    private void LaunchWide(Matrix logits, Span<float> targets, float weight, Matrix dLogits, ref float loss, ref float score)
    {
        var scratch = _device.Team!.SharedScratch(3 * Strands.Lanes);
        var block = scratch[..Strands.Lanes];
        var losses = scratch.Slice(Strands.Lanes, Strands.Lanes);
        var scores = scratch[(2 * Strands.Lanes)..];
        losses.Clear();
        scores.Clear();
        float scale = weight / logits.Rows;
        Span<float> z = logits.Data.AsHostSpan(), dz = dLogits.Data.AsHostSpan();
        for (int start = 0; start < logits.Rows; start += Strands.Lanes)
        {
            // Logits may be a column of a wider matrix, so they are gathered before the vectors see them and scattered behind.
            int count = Math.Min(Strands.Lanes, logits.Rows - start);
            for (int i = 0; i < count; i++)
                block[i] = z[(start + i) * logits.Stride];
            var loop = new Loop { Block = ref block[0], Targets = ref targets[start], Losses = ref losses[0], Scores = ref scores[0], Scale = scale };
            WideLoop.Run(ref loop, count);
            for (int i = 0; i < count; i++)
                dz[(start + i) * dLogits.Stride] = block[i];
        }
        loss += Strands.GroupTotal(losses) * scale;
        score += Strands.GroupTotal(scores) / logits.Rows;
    }

    private ref struct Loop : IWideLoop
    {
        public ref float Block;
        public ref float Targets;
        public ref float Losses;
        public ref float Scores;
        public float Scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            TSide side = default;
            T z = T.Load(ref Block, offset), t = T.Load(ref Targets, offset);
            T.Store(T.Load(ref Losses, offset) + side.Loss(z, t), ref Losses, offset);
            T.Store(T.Load(ref Scores, offset) + side.Score(z), ref Scores, offset);
            T.Store(side.Gradient(z, t) * T.Of(Scale), ref Block, offset);
        }
    }
}
