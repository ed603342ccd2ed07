using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using GpuCgan.Kernels.Threads;
using ILGPU;
using ILGPU.Runtime;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// The order of the training data as a function instead of a shuffled list: row r of step s reads place p = s·B + r of an endless stream,
/// whose epoch ⌊p / count⌋ visits every image exactly once, in an order of its own. A batch may straddle two epochs; none is ever short. The labels come with the places, so that
/// who wants no more of an image does not wait for its pixels.
/// </summary>
/// <remarks>
/// <para>An epoch's order is a permutation of 0 … count−1 keyed by (seed, purpose, epoch): a balanced Feistel network (Luby and Rackoff, "How to
/// construct pseudorandom permutations from pseudorandom functions", SIAM J. Comput. 1988) over the least 4ʰ ≥ count, applied again while it
/// leaves the range (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002), fewer than four
/// times on average for more than 16 images. For fewer, h is 3: below that a network makes even permutations of so few points
/// that orders come visibly unequally often (measured: χ² of 2,146 in place of 119 for the 120 orders of five, at any number of rounds).</para>
/// <para>The round keys are Philox words at counter (0 and 1, epoch's low word, purpose, epoch's high word); the round function is
/// MurmurHash3's finaliser (Appleby, public domain) of half and key.</para>
/// </remarks>
public sealed class KeyedShuffle
{
    /// <summary>The eight round keys of one epoch. A struct of words, so that a kernel holds them in registers.</summary>
    internal readonly struct Epoch
    {
        private readonly uint _k0, _k1, _k2, _k3, _k4, _k5, _k6, _k7;

        public Epoch(uint seedLow, uint seedHigh, uint purpose, ulong epoch)
        {
            _k0 = Keys(0, seedLow, seedHigh, purpose, epoch, out _k1, out _k2, out _k3);
            _k4 = Keys(1, seedLow, seedHigh, purpose, epoch, out _k5, out _k6, out _k7);
        }

        private static uint Keys(uint block, uint seedLow, uint seedHigh, uint purpose, ulong epoch, out uint k1, out uint k2, out uint k3)
        {
            Word1 c0 = new(block), c1 = new((uint)epoch), c2 = new(purpose), c3 = new((uint)(epoch >> 32));
            Philox.Encrypt(ref c0, ref c1, ref c2, ref c3, seedLow, seedHigh);
            k1 = c1.Value;
            k2 = c2.Value;
            k3 = c3.Value;
            return c0.Value;
        }

        /// <summary>Where the permutation of 0 … count−1 takes <paramref name="place"/>; <paramref name="halfBits"/> is h.</summary>
        public uint Permute(uint place, uint count, int halfBits)
        {
            uint mask = (1u << halfBits) - 1;
            do
            {
                uint left = place >> halfBits, right = place & mask;
                left ^= Mix(right ^ _k0) & mask;
                right ^= Mix(left ^ _k1) & mask;
                left ^= Mix(right ^ _k2) & mask;
                right ^= Mix(left ^ _k3) & mask;
                left ^= Mix(right ^ _k4) & mask;
                right ^= Mix(left ^ _k5) & mask;
                left ^= Mix(right ^ _k6) & mask;
                right ^= Mix(left ^ _k7) & mask;
                place = (left << halfBits) | right;
            }
            while (place >= count);
            return place;
        }

        private static uint Mix(uint x)
        {
            x ^= x >> 16;
            x *= 0x85EBCA6B;
            x ^= x >> 13;
            x *= 0xC2B2AE35;
            return x ^ (x >> 16);
        }
    }

    internal readonly struct Range(uint purpose, int count, int halfBits, int batch, int labels)
    {
        public readonly uint Purpose = purpose;
        public readonly int Count = count, HalfBits = halfBits, Batch = batch, Labels = labels;
    }

    private static void Kernel(Index1D row, ArrayView<StepState> clock, ArrayView<byte> labels, ArrayView<int> indices, ArrayView<int> batchLabels, Range range)
    {
        EarlierLaunches.Await();
        var state = clock[0];
        ulong place = (ulong)state.Step * (uint)range.Batch + (uint)row.X;
        ulong epoch = place / (uint)range.Count;
        var keys = new Epoch(state.SeedLow, state.SeedHigh, range.Purpose, epoch);
        int index = (int)keys.Permute((uint)(place - epoch * (uint)range.Count), (uint)range.Count, range.HalfBits);
        indices[row] = index;
        int label = labels[index];
        for (int at = row; at < range.Labels; at += range.Batch)
            batchLabels[at] = label;
    }

    private readonly ComputeDevice _device;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<StepState>, ArrayView<byte>, ArrayView<int>, ArrayView<int>, Range>? _kernel;

    /// <summary>Compiles the kernel for <paramref name="device"/>.</summary>
    public KeyedShuffle(ComputeDevice device)
    {
        _device = device;
        if (device.Team is null)
            _kernel = device.Load(on => on.LoadImplicitlyGroupedKernel<Index1D, ArrayView<StepState>, ArrayView<byte>, ArrayView<int>, ArrayView<int>, Range>(Kernel, ElementLanes.AGroup));
    }

    /// <summary>indices[r] = the image at place step·B + r of the stream, batchLabels[r] = labels[indices[r]]. Overwrites both.</summary>
    /// <param name="clock">[1], the step and the seed.</param>
    /// <param name="purpose">Which order; see <see cref="Purpose.Shuffle"/>. Nothing else may draw from it.</param>
    /// <param name="labels">[count], one an image.</param>
    /// <param name="indices">[B], each 0 … count−1.</param>
    /// <param name="batchLabels">[B]; or a multiple of it, and the labels stand there as often, one batch behind the other: for generated images under the labels of real ones.</param>
    /// <exception cref="ArgumentException">There is no clock, no image or no index, or the labels do not fit.</exception>
    public void Launch(ArrayView<StepState> clock, uint purpose, ArrayView<byte> labels, ArrayView<int> indices, ArrayView<int> batchLabels)
    {
        if (clock.Length < 1 || labels.Length is < 1 or > int.MaxValue || indices.Length is < 1 or > int.MaxValue)
            throw new ArgumentException($"{indices.Length} of {labels.Length} images with {clock.Length} clocks cannot be chosen.");
        if (batchLabels.Length is < 1 or > int.MaxValue || batchLabels.Length % indices.Length != 0)
            throw new ArgumentException($"{batchLabels.Length} labels are not those of {indices.Length} images, once or more often.", nameof(batchLabels));
        var range = new Range(purpose, labels.IntLength, HalfBits(labels.IntLength), indices.IntLength, batchLabels.IntLength);
        using var launch = _device.Profiler?.Begin("KeyedShuffle", $"{indices.Length}", 0, (sizeof(int) + sizeof(byte)) * indices.Length + sizeof(int) * batchLabels.Length);
        if (_kernel is not null)
        {
            _kernel(_device.Stream, indices.IntLength, clock, labels, indices, batchLabels, range);
            return;
        }
        var job = new WideRows { State = clock.AsHostSpan()[0], Labels = labels, Indices = indices, BatchLabels = batchLabels, Range = range };
        _device.Team!.Run(ref job, (indices.IntLength + WideRows.RowsAnItem - 1) / WideRows.RowsAnItem);
    }

    /// <summary>The image at a place of the stream, computed on the host: what <see cref="Launch"/> gives at step·B + r.</summary>
    /// <param name="seed">The clock's seed.</param>
    /// <param name="purpose">Which order.</param>
    /// <param name="count">How many images there are, at least 1.</param>
    /// <param name="place">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no image, or the place is negative.</exception>
    public static int IndexAt(ulong seed, uint purpose, int count, long place)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        var keys = new Epoch((uint)seed, (uint)(seed >> 32), purpose, (ulong)(place / count));
        return (int)keys.Permute((uint)(place % count), (uint)count, HalfBits(count));
    }

    /// <summary>The least h ≥ 3 with 4ʰ ≥ count.</summary>
    private static int HalfBits(int count)
    {
        int half = 3;
        while (1L << (2 * half) < count)
            half++;
        return half;
    }

    /// <summary>An item is a run of rows; the keys are made anew where an epoch begins.</summary>
    private struct WideRows : IJob
    {
        /// <summary>Rows an item: some ten microseconds.</summary>
        public const int RowsAnItem = 128;

        public required StepState State { get; init; }
        public required ArrayView<byte> Labels { get; init; }
        public required ArrayView<int> Indices { get; init; }
        public required ArrayView<int> BatchLabels { get; init; }
        public required Range Range { get; init; }

        public readonly void Run(int item, int worker)
        {
            Span<int> indices = Indices.AsHostSpan(), batchLabels = BatchLabels.AsHostSpan();
            var labels = Labels.AsHostSpan();
            int first = item * RowsAnItem;
            indices = indices.Slice(first, Math.Min(RowsAnItem, indices.Length - first));
            ulong place = (ulong)State.Step * (uint)Range.Batch + (uint)first;
            var (epoch, within) = Math.DivRem(place, (uint)Range.Count);
            var keys = new Epoch(State.SeedLow, State.SeedHigh, Range.Purpose, epoch);
            for (int i = 0; i < indices.Length; i++, within++)
            {
                if (within == (uint)Range.Count)
                {
                    within = 0;
                    keys = new Epoch(State.SeedLow, State.SeedHigh, Range.Purpose, ++epoch);
                }
                indices[i] = (int)keys.Permute((uint)within, (uint)Range.Count, Range.HalfBits);
                for (int at = first + i; at < batchLabels.Length; at += Range.Batch)
                    batchLabels[at] = labels[indices[i]];
            }
        }
    }
}
