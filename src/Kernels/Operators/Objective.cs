using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>An objective of one logit z: what a discriminator's output is judged by.</summary>
internal interface IObjective
{
    T Loss<T>(T z) where T : struct, IReal<T>;

    /// <summary>∂loss/∂z.</summary>
    T Gradient<T>(T z) where T : struct, IReal<T>;

    /// <summary>What a log shows as D(x).</summary>
    T Score<T>(T z) where T : struct, IReal<T>;
}

/// <summary>
/// The mean of an objective over a batch of logits z [M, 1]: loss += Σ loss(zᵢ)/M, score += Σ score(zᵢ)/M, dz = loss′(z)/M. dz is overwritten, loss and score
/// are accumulated, for a host that reads them every N steps. Nothing is saved for backward: dz is the backward.
/// </summary>
/// <remarks>
/// One group of 256 lanes: lane l takes rows l, l + 256, …, and the lanes are added as <see cref="Strands"/> says; the wide twin follows the same order on
/// the caller's thread alone, since a batch of logits is shorter than a wake-up.
/// </remarks>
internal sealed class Objective<TObjective> where TObjective : struct, IObjective
{
    internal readonly struct Shape(int rows, int stride, int gradientStride)
    {
        public readonly int Rows = rows, Stride = stride, GradientStride = gradientStride;
    }

    private static void Kernel(
        ArrayView<float> logits, ArrayView<float> gradients, ArrayView<float> loss, ArrayView<float> score, Shape s, TObjective objective)
    {
        var shared = SharedMemory.Allocate<float>(Strands.Lanes);
        int lane = Group.IdxX;
        float lossStrand = 0, scoreStrand = 0;
        for (int row = lane; row < s.Rows; row += Strands.Lanes)
        {
            var z = new Real1(logits[row * s.Stride]);
            lossStrand += objective.Loss(z).Value;
            scoreStrand += objective.Score(z).Value;
            gradients[row * s.GradientStride] = objective.Gradient(z).Value / s.Rows;
        }
        float lossTotal = Strands.GroupTotal(shared, lossStrand, lane);
        float scoreTotal = Strands.GroupTotal(shared, scoreStrand, lane);
        if (lane == 0)
        {
            loss[0] += lossTotal / s.Rows;
            score[0] += scoreTotal / s.Rows;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TObjective>? _kernel;

    public Objective(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Accelerator.LoadKernel<ArrayView<float>, ArrayView<float>, ArrayView<float>, ArrayView<float>, Shape, TObjective>(Kernel);
    }

    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public void Launch(Matrix logits, Matrix dLogits, ArrayView<float> loss, ArrayView<float> score, TObjective objective)
    {
        if (logits.Columns != 1 || dLogits.Columns != 1 || logits.Rows != dLogits.Rows || loss.Length != 1 || score.Length != 1)
        {
            throw new ArgumentException(
                $"An objective takes M×1 logits and gradients, one loss and one score, not {logits}, {dLogits}, {loss.Length} and {score.Length}.");
        }
        if (_kernel is not null)
        {
            var shape = new Shape(logits.Rows, logits.Stride, dLogits.Stride);
            _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), logits.Data, dLogits.Data, loss, score, shape, objective);
            return;
        }
        LaunchWide(logits, dLogits, ref loss.AsHostSpan()[0], ref score.AsHostSpan()[0], objective);
    }

    private void LaunchWide(Matrix logits, Matrix dLogits, ref float loss, ref float score, TObjective objective)
    {
        var scratch = _device.Team!.SharedScratch(3 * Strands.Lanes);
        var block = scratch[..Strands.Lanes];
        var losses = scratch.Slice(Strands.Lanes, Strands.Lanes);
        var scores = scratch[(2 * Strands.Lanes)..];
        losses.Clear();
        scores.Clear();
        Span<float> z = logits.Data.AsHostSpan(), dz = dLogits.Data.AsHostSpan();
        for (int start = 0; start < logits.Rows; start += Strands.Lanes)
        {
            // Logits may be a column of a wider matrix, so they are gathered before the vectors see them and scattered behind.
            int count = Math.Min(Strands.Lanes, logits.Rows - start);
            for (int i = 0; i < count; i++)
                block[i] = z[(start + i) * logits.Stride];
            var loop = new Loop { Block = ref block[0], Losses = ref losses[0], Scores = ref scores[0], Rows = logits.Rows, Objective = objective };
            WideLoop.Run(ref loop, count);
            for (int i = 0; i < count; i++)
                dz[(start + i) * dLogits.Stride] = block[i];
        }
        loss += Strands.GroupTotal(losses) / logits.Rows;
        score += Strands.GroupTotal(scores) / logits.Rows;
    }

    private ref struct Loop : IWideLoop
    {
        public ref float Block;
        public ref float Losses;
        public ref float Scores;
        public float Rows;
        public TObjective Objective;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            T z = T.Load(ref Block, offset);
            T.Store(T.Load(ref Losses, offset) + Objective.Loss(z), ref Losses, offset);
            T.Store(T.Load(ref Scores, offset) + Objective.Score(z), ref Scores, offset);
            T.Store(Objective.Gradient(z) / T.Of(Rows), ref Block, offset);
        }
    }
}
