using System.Runtime.CompilerServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>The logits of one sample, or of a vector of samples, class by class: read, and then overwritten with their gradients.</summary>
internal interface ILogits<T> where T : struct, IReal<T>
{
    /// <summary>The logit of class <paramref name="c"/>.</summary>
    T Load(int c);

    /// <summary>Its gradient, after which the logit is not read again.</summary>
    void Store(int c, T gradient);
}

/// <summary>
/// Softmax cross-entropy on logits z [M, C] against labels y [M] (Bridle 1990): loss = mean of ln Σ e^z − z_y, dz = (softmax(z) − onehot(y))/M, correct = how many rows
/// have their largest logit, the first of equal ones, at their label. loss and dz may be weighted. dz is overwritten; loss and correct are accumulated. Nothing is saved for backward: dz is the backward.
/// </summary>
/// <remarks>
/// <para>With m the largest logit and r = Σ e^(z − m) over the other classes, loss = (m − z_y) + ln(1 + r), a sum of terms that are not negative, and where the label is
/// the largest logit dz_y·M = −r/(1 + r): both keep their relative precision for a network that is sure of its answer.</para>
/// <para>One group of 256 lanes, a lane a row, added as <see cref="Strands"/> says; the wide twin follows the same order on the caller's thread alone. A kernel cannot
/// throw: a label outside of 0 … C−1 gives a loss and a row of gradients that are NaN, and so does a NaN among the logits.</para>
/// </remarks>
public sealed class SoftmaxCrossEntropy
{
    internal readonly struct Shape(int rows, int classes, int stride, int gradientStride, float weight)
    {
        public readonly int Rows = rows, Classes = classes, Stride = stride, GradientStride = gradientStride;
        public readonly float Weight = weight;
    }

    internal readonly struct KernelLogits(ArrayView<float> logits, int logitsStart, ArrayView<float> gradients, int gradientsStart) : ILogits<Real1>
    {
        private readonly ArrayView<float> _logits = logits, _gradients = gradients;
        private readonly int _logitsStart = logitsStart, _gradientsStart = gradientsStart;

        public Real1 Load(int c) => new(_logits[_logitsStart + c]);

        public void Store(int c, Real1 gradient) => _gradients[_gradientsStart + c] = gradient.Value;
    }

    /// <summary>One row, or a vector of them: the loss, whether it is correct as 1 or 0, and the gradients stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Row<T, TLogits>(TLogits logits, int classes, T label, float rows, float weight, out T correct)
        where T : struct, IReal<T>
        where TLogits : struct, ILogits<T>, allows ref struct
    {
        T half = T.Of(0.5f), zero = T.Of(0f);
        T largest = logits.Load(0), best = zero, atLabel = T.Of(float.NaN);
        for (int c = 0; c < classes; c++)
        {
            T z = logits.Load(c), rise = z - largest, distance = T.Abs(T.Of(c) - label);
            best = T.WherePositive(rise, T.Of(c), best);
            largest = T.WherePositive(rise, z, largest);
            atLabel = T.WherePositive(half - distance, z, atLabel);
        }
        T rest = zero;
        for (int c = 0; c < classes; c++)
            rest += T.WherePositive(T.Abs(T.Of(c) - best) - half, Elementary.Exp(logits.Load(c) - largest), zero);

        // A logarithm of NaN is some number, and no comparison with NaN holds; these differences are 0 or NaN and let it through.
        T fault = (rest - rest) + (atLabel - atLabel);
        T sum = T.Of(1f) + rest;
        for (int c = 0; c < classes; c++)
        {
            T isLabel = half - T.Abs(T.Of(c) - label), isBest = half - T.Abs(T.Of(c) - best);
            T probability = T.WherePositive(isBest, T.Of(1f), Elementary.Exp(logits.Load(c) - largest)) / sum;
            T ofLabel = T.WherePositive(isBest, -rest / sum, probability - T.Of(1f));
            logits.Store(c, (T.WherePositive(isLabel, ofLabel, probability) + fault) / T.Of(rows) * T.Of(weight));
        }
        correct = T.WherePositive(half - T.Abs(best - label) + fault, T.Of(1f), zero);
        return (largest - atLabel) + Elementary.LogOnePlus(rest) + fault;
    }

    private static void Kernel(ArrayView<float> logits, ArrayView<int> labels, ArrayView<float> gradients, ArrayView<float> loss, ArrayView<int> correct, Shape s)
    {
        EarlierLaunches.Await();
        var shared = SharedMemory.Allocate<float>(Strands.LanesOfTwo);
        int lane = Group.IdxX;
        // Read here, they come while the logits do.
        float lossBefore = loss[0];
        int correctBefore = correct[0];
        float lossStrand = 0, correctStrand = 0;
        for (int row = lane; row < s.Rows; row += Strands.Lanes)
        {
            var z = new KernelLogits(logits, row * s.Stride, gradients, row * s.GradientStride);
            lossStrand += Row(z, s.Classes, new Real1(labels[row]), s.Rows, s.Weight, out Real1 one).Value;
            correctStrand += one.Value;
        }
        var totals = Strands.GroupTotals(shared, new Pair(lossStrand, correctStrand), lane);
        if (lane == 0)
        {
            loss[0] = lossBefore + totals.A / s.Rows * s.Weight;
            correct[0] = correctBefore + (int)totals.B;
        }
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, Shape>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public SoftmaxCrossEntropy(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadKernel<ArrayView<float>, ArrayView<int>, ArrayView<float>, ArrayView<float>, ArrayView<int>, Shape>(Kernel));
    }

    /// <summary>One batch of logits and the labels that they ought to name.</summary>
    /// <param name="logits">[M, C], C at most 65,536.</param>
    /// <param name="labels">[M], each in 0 … C−1.</param>
    /// <param name="dLogits">[M, C], overwritten; may be the logits.</param>
    /// <param name="loss">[1], to which the mean loss is added.</param>
    /// <param name="correct">[1], to which the number of correct rows is added.</param>
    /// <param name="weight">This batch's share of a loss, by which loss and gradients are multiplied; finite.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or the weight is not finite.</exception>
    public void Launch(Matrix logits, ArrayView<int> labels, Matrix dLogits, ArrayView<float> loss, ArrayView<int> correct, float weight = 1)
    {
        if (!float.IsFinite(weight))
            throw new ArgumentException($"A cross-entropy's weight is a finite number, not {weight}.", nameof(weight));
        if (labels.Length != logits.Rows || dLogits.Rows != logits.Rows || dLogits.Columns != logits.Columns || logits.Columns > 1 << 16 || loss.Length != 1 || correct.Length != 1)
        {
            throw new ArgumentException(
                $"A cross-entropy takes M×C logits and gradients, M labels, one loss and one count, not {logits}, {dLogits}, {labels.Length}, {loss.Length} and {correct.Length}.");
        }
        using var launch = _device.Profiler?.Begin("SoftmaxCrossEntropy", $"{logits}", 22 * logits.Elements, 2 * sizeof(float) * logits.Elements + sizeof(int) * labels.Length);
        if (_kernel is not null)
        {
            var shape = new Shape(logits.Rows, logits.Columns, logits.Stride, dLogits.Stride, weight);
            _kernel(_device.Stream, new KernelConfig(1, Strands.Lanes), logits.Data, labels, dLogits.Data, loss, correct, shape);
            return;
        }
        LaunchWide(logits, labels.AsHostSpan(), dLogits, weight, ref loss.AsHostSpan()[0], ref correct.AsHostSpan()[0]);
    }

    private void LaunchWide(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, float weight, ref float loss, ref int correct)
    {
        const int lanes = Strands.Lanes;
        var scratch = _device.Team!.SharedScratch((3 + logits.Columns) * lanes);
        Span<float> losses = scratch[..lanes], corrects = scratch.Slice(lanes, lanes), labelBlock = scratch.Slice(2 * lanes, lanes), block = scratch[(3 * lanes)..];
        losses.Clear();
        corrects.Clear();
        Span<float> z = logits.Data.AsHostSpan(), dz = dLogits.Data.AsHostSpan();
        for (int start = 0; start < logits.Rows; start += lanes)
        {
            // A block of rows is turned, so that a vector holds one class of neighbouring rows.
            int count = Math.Min(lanes, logits.Rows - start);
            for (int i = 0; i < count; i++)
            {
                labelBlock[i] = labels[start + i];
                for (int c = 0; c < logits.Columns; c++)
                    block[c * lanes + i] = z[(start + i) * logits.Stride + c];
            }
            var loop = new Loop
            {
                Block = ref block[0], Labels = ref labelBlock[0], Losses = ref losses[0], Corrects = ref corrects[0], Classes = logits.Columns, Rows = logits.Rows, Weight = weight,
            };
            WideLoop.Run(ref loop, count);
            for (int i = 0; i < count; i++)
            {
                for (int c = 0; c < logits.Columns; c++)
                    dz[(start + i) * dLogits.Stride + c] = block[c * lanes + i];
            }
        }
        loss += Strands.GroupTotal(losses) / logits.Rows * weight;
        correct += (int)Strands.GroupTotal(corrects);
    }

    private ref struct WideLogits<T> : ILogits<T> where T : struct, IWide<T>
    {
        public ref float Block;
        public nuint Offset;

        public readonly T Load(int c) => T.Load(ref Block, Offset + (nuint)c * Strands.Lanes);

        public readonly void Store(int c, T gradient) => T.Store(gradient, ref Block, Offset + (nuint)c * Strands.Lanes);
    }

    private ref struct Loop : IWideLoop
    {
        public ref float Block;
        public ref float Labels;
        public ref float Losses;
        public ref float Corrects;
        public int Classes;
        public float Rows;
        public float Weight;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<T>(nuint offset) where T : struct, IWide<T>
        {
            var logits = new WideLogits<T> { Block = ref Block, Offset = offset };
            T loss = Row(logits, Classes, T.Load(ref Labels, offset), Rows, Weight, out T correct);
            T.Store(T.Load(ref Losses, offset) + loss, ref Losses, offset);
            T.Store(T.Load(ref Corrects, offset) + correct, ref Corrects, offset);
        }
    }
}
