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
        float total = Sixteen(shared, (lane & (Columns - 1)), Columns);
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
        var totals = new Pair(Sixteen(shared, (lane & (Columns - 1)), Columns), Sixteen(shared, Lanes + (lane & (Columns - 1)), Columns));
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

    /// <summary>In a kernel: the sum of sixteen neighbours at a distance, added in order, eight of them read before the first is added.</summary>
    /// <remarks>A loop, if only of two rounds: in a straight line ILGPU moves reads behind the barrier that follows them.</remarks>
    public static float Sixteen(ArrayView<float> shared, int first, int step)
    {
        float total = 0;
        for (int i = 0; i < Count; i += 8)
        {
            int at = first + i * step;
            float x0 = shared[at], x1 = shared[at + step], x2 = shared[at + 2 * step], x3 = shared[at + 3 * step];
            float x4 = shared[at + 4 * step], x5 = shared[at + 5 * step], x6 = shared[at + 6 * step], x7 = shared[at + 7 * step];
            total = total + x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7;
        }
        return total;
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
