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

    public override void ForDiscriminator(Matrix logits, ArrayView<float> targets, Matrix dLogits, ArrayView<float> loss, params ReadOnlySpan<ObjectivePart> parts)
    {
        if (targets.Length != logits.Rows)
            throw new ArgumentException($"{targets.Length} targets do not fit {logits} logits.");
        _discriminator.Launch(logits, targets, dLogits, loss, parts);
    }

    // G's side has no targets; a view is passed all the same, so that both sides are one kernel.
    public override void ForGenerator(Matrix logits, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score) =>
        _generator.Launch(logits, logits.Data, dLogits, loss, [new ObjectivePart(logits.Rows, 1, score)]);
}

/// <summary>One side's means over the parts of a batch.</summary>
internal sealed class BatchObjective<TSide> where TSide : struct, ISide
{
    /// <summary>A part that is not there ends where the batch does.</summary>
    internal readonly struct Shape(Matrix logits, Matrix dLogits, ReadOnlySpan<ObjectivePart> parts)
    {
        public readonly int Rows = logits.Rows, Stride = logits.Stride, GradientStride = dLogits.Stride, Parts = parts.Length;
        public readonly int FirstEnd = parts[0].Rows, SecondEnd = parts.Length > 1 ? parts[0].Rows + parts[1].Rows : logits.Rows;
        public readonly float FirstScale = Scale(parts, 0), SecondScale = Scale(parts, 1), ThirdScale = Scale(parts, 2);

        private static float Scale(ReadOnlySpan<ObjectivePart> parts, int part) => part < parts.Length ? parts[part].Weight / parts[part].Rows : 0;
    }

    private static void Kernel(
        ArrayView<float> logits, ArrayView<float> targets, ArrayView<float> gradients, ArrayView<float> loss, ArrayView<float> first, ArrayView<float> second, ArrayView<float> third, Shape s, TSide side)
    {
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        EarlierLaunches.Await(lane * s.Stride ^ s.Rows);
        // Read here, they come while the logits do.
        float lossBefore = loss[0], firstBefore = first[0], secondBefore = second[0], thirdBefore = third[0];
        float lossStrand = 0, firstStrand = 0, secondStrand = 0, thirdStrand = 0;
        for (int row = lane; row < s.Rows; row += Strands.Lanes)
        {
            var z = new Real1(logits[row * s.Stride]);
            var t = new Real1(targets[row]);
            bool isFirst = row < s.FirstEnd, isThird = row >= s.SecondEnd;
            float scale = isFirst ? s.FirstScale : isThird ? s.ThirdScale : s.SecondScale, score = side.Score(z).Value;
            lossStrand += side.Loss(z, t).Value * scale;
            firstStrand += isFirst ? score : 0;
            secondStrand += isFirst || isThird ? 0 : score;
            thirdStrand += isThird ? score : 0;
            gradients[row * s.GradientStride] = side.Gradient(z, t).Value * scale;
        }
        var totals = Strands.GroupTotals(shared, new Pair(lossStrand, firstStrand), lane);
        var others = Strands.GroupTotals(shared, new Pair(secondStrand, thirdStrand), lane);
        if (lane == 0)
        {
            loss[0] = lossBefore + totals.A;
            first[0] = firstBefore + totals.B / s.FirstEnd;
        }
        // A part that is not there has the first one's view.
        if (lane == 0 && s.Parts > 1)
            second[0] = secondBefore + others.A / (s.SecondEnd - s.FirstEnd);
        if (lane == 0 && s.Parts > 2)
            third[0] = thirdBefore + others.B / (s.Rows - s.SecondEnd);
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TSide>? _kernel;

    public BatchObjective(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
        {
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TSide>(Kernel));
        }
    }

    /// <exception cref="ArgumentException">The shapes do not fit, or a weight is not finite.</exception>
    public void Launch(Matrix logits, ArrayView<float> targets, Matrix dLogits, ArrayView<float> loss, ReadOnlySpan<ObjectivePart> parts)
    {
        Check(logits, dLogits, loss, parts);
        using var launch = _device.Profiler?.Begin(TSide.Name, $"{logits.Rows}", (long)TSide.Flops * logits.Rows, 2L * sizeof(float) * logits.Rows);
        var shape = new Shape(logits, dLogits, parts);
        if (_kernel is not null)
        {
            var (second, third) = (parts[parts.Length > 1 ? 1 : 0], parts[parts.Length > 2 ? 2 : 0]);
            _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), logits.Data, targets, dLogits.Data, loss, parts[0].Score, second.Score, third.Score, shape, default);
            return;
        }
        LaunchWide(logits, targets.AsHostSpan(), dLogits, ref loss.AsHostSpan()[0], parts, shape);
    }

    private static void Check(Matrix logits, Matrix dLogits, ArrayView<float> loss, ReadOnlySpan<ObjectivePart> parts)
    {
        if (logits.Columns != 1 || dLogits.Columns != 1 || logits.Rows != dLogits.Rows || loss.Length != 1)
            throw new ArgumentException($"An objective takes M×1 logits and gradients and one loss, not {logits}, {dLogits} and {loss.Length}.");
        long rows = 0;
        foreach (var part in parts)
        {
            if (part.Rows < 1 || part.Score.Length != 1 || !float.IsFinite(part.Weight))
                throw new ArgumentException($"A part of an objective has rows, a finite weight and one score, not {part.Rows}, {part.Weight} and {part.Score.Length}.");
            rows += part.Rows;
        }
        if (rows != logits.Rows || parts.Length > ObjectivePart.Most)
            throw new ArgumentException($"{parts.Length} parts of {rows} rows are not the {logits.Rows} of a batch, in {ObjectivePart.Most} at most.");
    }

    private void LaunchWide(Matrix logits, Span<float> targets, Matrix dLogits, ref float loss, ReadOnlySpan<ObjectivePart> parts, Shape shape)
    {
        const int scoresStart = 2 * Strands.Lanes;
        var scratch = _device.Team!.SharedScratch(scoresStart + ObjectivePart.Most * Strands.Lanes);
        var block = scratch[..Strands.Lanes];
        var losses = scratch.Slice(Strands.Lanes, Strands.Lanes);
        var scores = scratch[scoresStart..];
        losses.Clear();
        scores.Clear();
        Span<float> z = logits.Data.AsHostSpan(), dz = dLogits.Data.AsHostSpan();
        ReadOnlySpan<float> scales = [shape.FirstScale, shape.SecondScale, shape.ThirdScale];
        ReadOnlySpan<int> ends = [shape.FirstEnd, shape.SecondEnd, shape.Rows];
        for (int start = 0; start < logits.Rows; start += Strands.Lanes)
        {
            // Logits may be a column of a wider matrix, so they are gathered before the vectors see them and scattered behind.
            int count = Math.Min(Strands.Lanes, logits.Rows - start);
            for (int i = 0; i < count; i++)
                block[i] = z[(start + i) * logits.Stride];
            int lane = 0;
            for (int part = 0; part < parts.Length; part++)
            {
                int end = Math.Min(count, ends[part] - start);
                if (end <= lane)
                    continue;
                var loop = new Loop
                {
                    Block = ref block[lane], Targets = ref targets[start + lane], Losses = ref losses[lane], Scores = ref scores[part * Strands.Lanes + lane], Scale = scales[part],
                };
                WideLoop.Run(ref loop, end - lane);
                lane = end;
            }
            for (int i = 0; i < count; i++)
                dz[(start + i) * dLogits.Stride] = block[i];
        }
        loss += Strands.GroupTotal(losses);
        for (int part = 0; part < parts.Length; part++)
            parts[part].Score.AsHostSpan()[0] += Strands.GroupTotal(scores.Slice(part * Strands.Lanes, Strands.Lanes)) / parts[part].Rows;
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
            T.Store(T.Load(ref Losses, offset) + side.Loss(z, t) * T.Of(Scale), ref Losses, offset);
            T.Store(T.Load(ref Scores, offset) + side.Score(z), ref Scores, offset);
            T.Store(side.Gradient(z, t) * T.Of(Scale), ref Block, offset);
        }
    }
}
