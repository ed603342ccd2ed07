using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GpuCgan.Kernels.Devices;
using GpuCgan.Kernels.Numerics;
using ILGPU;

namespace GpuCgan.Kernels.Schemes;

/// <summary>
/// The order in which sums along rows are taken, one for all devices. A row of N elements is cut into 16 strands: strand s adds elements s, s + 16, s + 32, … to
/// a zero, and the strands are added in order. A group of 16 × 16 lanes sums 16 rows this way; a wide twin holds a row's strands in one, two or four vectors. So a
/// CPU has the bits of the ILGPU kernels, a sample gives the same bits alone and in a batch, and |error| ≤ (N/16 + 16)·2⁻²⁴·Σ|x|.
/// </summary>
internal static class RowStrands
{
    /// <summary>Strands a row.</summary>
    public const int Count = 16;

    /// <summary>Rows a group.</summary>
    public const int Rows = 16;

    /// <summary>Lanes a group: lane l belongs to row l / 16 and strand l % 16. Neighbouring lanes read neighbouring floats.</summary>
    public const int Lanes = Count * Rows;

    /// <summary>Groups for so many rows.</summary>
    public static int Groups(int rows) => (rows - 1) / Rows + 1;

    /// <summary>In a kernel: the row's sum, for each of its lanes. Every lane of the group calls it.</summary>
    public static float Total(ArrayView<float> shared, float strand, int lane)
    {
        shared[lane] = strand;
        GroupBarrier.Wait();
        float total = Strands.Sixteen(shared, lane / Count * Count, 1);
        // The shared memory is free for the next sum.
        GroupBarrier.Wait();
        return total;
    }

    /// <summary>Two sums with the barriers of one. Shared memory: <see cref="Strands.LanesOfTwo"/>.</summary>
    public static Pair Totals(ArrayView<float> shared, Pair strands, int lane)
    {
        shared[lane] = strands.A;
        shared[Lanes + lane] = strands.B;
        GroupBarrier.Wait();
        int first = lane / Count * Count;
        var totals = new Pair(Strands.Sixteen(shared, first, 1), Strands.Sixteen(shared, Lanes + first, 1));
        GroupBarrier.Wait();
        return totals;
    }

    /// <summary>On a CPU: Σ f(a, b) along a row.</summary>
    public static float Sum<TFormula>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, TFormula formula) where TFormula : struct, IFormula
    {
        ref float first = ref MemoryMarshal.GetReference(a);
        ref float second = ref MemoryMarshal.GetReference(b);
        if (WideVectors.Bits == 512)
            return Sum<TFormula, Real16>(ref first, ref second, (nuint)a.Length, formula);
        if (WideVectors.Bits == 256)
            return Sum<TFormula, Real8>(ref first, ref second, (nuint)a.Length, formula);
        return Sum<TFormula, Real4>(ref first, ref second, (nuint)a.Length, formula);
    }

    /// <summary>The same bits for every width.</summary>
    internal static float Sum<TFormula, T>(ref float a, ref float b, nuint count, TFormula formula)
        where TFormula : struct, IFormula
        where T : struct, IWide<T>
    {
        T sum0 = T.Of(0f), sum1 = sum0, sum2 = sum0, sum3 = sum0;
        nuint width = (nuint)T.Count, i = 0;
        for (; i + Count <= count; i += Count)
        {
            // T.Count is a constant to the compiler, so a vector of 16 leaves one line of these four.
            sum0 += formula.Apply(T.Load(ref a, i), T.Load(ref b, i));
            if (T.Count <= 8)
                sum1 += formula.Apply(T.Load(ref a, i + width), T.Load(ref b, i + width));
            if (T.Count <= 4)
            {
                sum2 += formula.Apply(T.Load(ref a, i + 2 * width), T.Load(ref b, i + 2 * width));
                sum3 += formula.Apply(T.Load(ref a, i + 3 * width), T.Load(ref b, i + 3 * width));
            }
        }
        Span<float> strands = stackalloc float[Count];
        ref float strand = ref strands[0];
        T.Store(sum0, ref strand, 0);
        if (T.Count <= 8)
            T.Store(sum1, ref strand, width);
        if (T.Count <= 4)
        {
            T.Store(sum2, ref strand, 2 * width);
            T.Store(sum3, ref strand, 3 * width);
        }
        for (nuint s = 0; i < count; i++, s++)
            Unsafe.Add(ref strand, s) += formula.Apply(Real1.Load(ref a, i), Real1.Load(ref b, i)).Value;
        float total = 0;
        foreach (float s in strands)
            total += s;
        return total;
    }
}
