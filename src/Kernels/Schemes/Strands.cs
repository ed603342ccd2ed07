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

    /// <summary>In a kernel: the column's sum, for each of its lanes. Every lane of the group calls it.</summary>
    /// <remarks>
    /// Each lane adds the sixteen strands itself: one barrier before and one after, where a tree takes a barrier a level, and the reads do not wait
    /// for one another.
    /// </remarks>
    public static float ColumnTotal(ArrayView<float> shared, float strand, int lane)
    {
        shared[lane] = strand;
        GroupBarrier.Wait();
        float total = 0;
        for (int i = lane % Columns; i < Lanes; i += Columns)
            total += shared[i];
        // The shared memory is free for the next sum.
        GroupBarrier.Wait();
        return total;
    }

    /// <summary>In a kernel: the sum over all lanes, for each of them: the columns' sums, added in order. Every lane of the group calls it.</summary>
    public static float GroupTotal(ArrayView<float> shared, float strand, int lane)
    {
        float column = ColumnTotal(shared, strand, lane);
        shared[lane] = column;
        GroupBarrier.Wait();
        float total = 0;
        for (int i = 0; i < Columns; i++)
            total += shared[i];
        GroupBarrier.Wait();
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
