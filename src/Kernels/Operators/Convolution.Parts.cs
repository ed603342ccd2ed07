using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;
using ILGPU;

namespace GpuCgan.Kernels.Operators;

/// <summary>
/// On a GPU a weight gradient has few tiles and long sums: of a first layer, 64 features of one 28×28 channel under 4×4 kernels, one tile over all windows of the batch. So the windows are
/// cut into parts, each tile of each part is a group, and the parts' sums are added in order: no atomics, so the bits depend on the shape and the batch alone.
/// </summary>
public sealed partial class Convolution
{
    /// <summary>Groups that the parts are to come to, two for each multiprocessor of a large GPU, and parts at most: their sums are written and read again.</summary>
    private const int PartGroups = 256, MostParts = 64;

    /// <summary>Windows a part, at least.</summary>
    internal const int LeastWindowsAPart = 256;

    private readonly int _leastWindows;

    internal readonly struct PartSums(int parts, int size, int taps, int stride, int accumulate)
    {
        public readonly int Parts = parts, Size = size, Stride = stride, Accumulate = accumulate;
        public readonly Divisor Taps = new(taps);
    }

    internal readonly struct PartReader(ArrayView<float> sums, int element, int size) : IStrandReader<float>
    {
        private readonly ArrayView<float> _sums = sums;
        private readonly int _element = element, _size = size;

        public float Read(int place) => _sums[place * _size + _element];
    }

    internal struct PartTaker : IStrandTaker<float>
    {
        public float Total;

        public void Take(float read, int place, bool inside) => Total += inside ? read : 0f;
    }

    /// <summary>dw[f, t] = Σ sums[part, f, t] over the parts in order, or dw += it.</summary>
    private static void AddParts(Index1D element, ArrayView<float> sums, ArrayView<float> dw, PartSums s)
    {
        EarlierLaunches.Await();
        var taker = default(PartTaker);
        new Strand<PartReader, float, Eight<float>>(new PartReader(sums, element, s.Size), 0, s.Parts, 1).Walk(ref taker);
        int at = s.Taps.Divide(element, out int tap) * s.Stride + tap;
        dw[at] = s.Accumulate != 0 ? taker.Total + dw[at] : taker.Total;
    }

    /// <summary>
    /// Floats of scratch memory that <see cref="WeightGradient"/> of up to so many images makes use of: 2²⁰ and some at most. 0 where it needs none, as on <c>cpu</c>, whose threads each have
    /// channels of their own.
    /// </summary>
    public int WeightScratch(ConvShape shape, int images)
    {
        if (_weight is null)
            return 0;
        var (parts, _) = PartsOf(shape, images, long.MaxValue);
        return parts > 1 ? parts * shape.Features * shape.Taps : 0;
    }

    /// <summary>How many parts, and how many windows each has but the last: a whole number of the product's slices.</summary>
    private (int Parts, int Windows) PartsOf(ConvShape shape, int images, long scratch)
    {
        const int tile = TiledProduct<WeightProduct>.Tile, slice = TiledProduct<WeightProduct>.Depth;
        long tiles = ((shape.Features - 1L) / tile + 1) * ((shape.Taps - 1L) / tile + 1);
        int windows = images * shape.MapPixels;
        long parts = Math.Min(Math.Min(PartGroups / tiles, MostParts), Math.Min(windows / _leastWindows, scratch / ((long)shape.Features * shape.Taps)));
        if (parts < 2)
            return (1, windows);
        int each = (int)((windows - 1) / parts / slice + 1) * slice;
        return ((windows - 1) / each + 1, each);
    }
}
