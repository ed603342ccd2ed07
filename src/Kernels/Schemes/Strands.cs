using GpuCgan.Kernels.Devices;
using ILGPU;

namespace GpuCgan.Kernels.Schemes;

/// <summary>
/// The order in which sums are taken, one for all devices. A column of M rows is cut into 16 strands: strand s adds rows s, s + 16, s + 32, … to a zero,
/// and the strands are added in order. A group of 16 × 16 lanes sums 16 columns this way; a wide twin sums as many as
/// its vectors hold, strand by strand. So a CPU has the bits of the ILGPU kernels, whatever its vectors and threads, and
/// |error| ≤ (M/16 + 16)·2⁻²⁴·Σ|x|, where one running sum would reach M·2⁻²⁴·Σ|x|.
/// </summary>
internal static class Strands
{
    /// <summary>Strands a column.</summary>
    public const int Count = 16;

    /// <summary>Columns a group.</summary>
    public const int Columns = 16;

    /// <summary>Lanes a group: lane l belongs to column l % 16 and strand l / 16. Neighbouring lanes read neighbouring floats.</summary>
    public const int Lanes = Count * Columns;

    /// <summary>Floats of shared memory that two sums take at once.</summary>
    public const int LanesOfTwo = 2 * Lanes;

    /// <summary>In a kernel: the column's sum, for each of its lanes. Every lane of the group calls it.</summary>
    /// <remarks>
    /// Each lane adds the sixteen strands itself: one barrier before and one after, where a tree takes a barrier a level, and the reads do not wait
    /// for one another.
    /// </remarks>
    public static float ColumnTotal(ArrayView<float> shared, float strand, int lane)
    {
        shared[lane] = strand;
        GroupBarrier.Wait();
        float total = Sixteen(shared, lane % Columns, Columns);
        // The shared memory is free for the next sum.
        GroupBarrier.Wait();
        return total;
    }

    /// <summary>Two sums with the barriers of one. Shared memory: <see cref="LanesOfTwo"/>.</summary>
    public static Pair ColumnTotals(ArrayView<float> shared, Pair strands, int lane)
    {
        shared[lane] = strands.A;
        shared[Lanes + lane] = strands.B;
        GroupBarrier.Wait();
        var totals = new Pair(Sixteen(shared, lane % Columns, Columns), Sixteen(shared, Lanes + lane % Columns, Columns));
        GroupBarrier.Wait();
        return totals;
    }

    /// <summary>In a kernel: the sum over all lanes, for each of them: the columns' sums, added in order. Every lane of the group calls it.</summary>
    public static float GroupTotal(ArrayView<float> shared, float strand, int lane)
    {
        float column = ColumnTotal(shared, strand, lane);
        shared[lane] = column;
        GroupBarrier.Wait();
        float total = Sixteen(shared, 0, 1);
        GroupBarrier.Wait();
        return total;
    }

    /// <summary>Two sums with the barriers of one. Shared memory: <see cref="LanesOfTwo"/>.</summary>
    public static Pair GroupTotals(ArrayView<float> shared, Pair strands, int lane)
    {
        var columns = ColumnTotals(shared, strands, lane);
        shared[lane] = columns.A;
        shared[Lanes + lane] = columns.B;
        GroupBarrier.Wait();
        var totals = new Pair(Sixteen(shared, 0, 1), Sixteen(shared, Lanes, 1));
        GroupBarrier.Wait();
        return totals;
    }

    /// <summary>In a kernel: the sum of sixteen neighbours at a distance, added in order, all of them read before the first is added.</summary>
    public static float Sixteen(ArrayView<float> shared, int first, int step)
    {
        float x0 = shared[first], x1 = shared[first + step], x2 = shared[first + 2 * step], x3 = shared[first + 3 * step];
        float x4 = shared[first + 4 * step], x5 = shared[first + 5 * step], x6 = shared[first + 6 * step], x7 = shared[first + 7 * step];
        float x8 = shared[first + 8 * step], x9 = shared[first + 9 * step], x10 = shared[first + 10 * step], x11 = shared[first + 11 * step];
        float x12 = shared[first + 12 * step], x13 = shared[first + 13 * step], x14 = shared[first + 14 * step], x15 = shared[first + 15 * step];
        return x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11 + x12 + x13 + x14 + x15;
    }

    /// <summary>On a CPU: the sum of the 256 lanes of a group.</summary>
    public static float GroupTotal(ReadOnlySpan<float> lanes)
    {
        float total = 0;
        for (int column = 0; column < Columns; column++)
        {
            float sum = 0;
            for (int i = column; i < Lanes; i += Columns)
                sum += lanes[i];
            total += sum;
        }
        return total;
    }
}
