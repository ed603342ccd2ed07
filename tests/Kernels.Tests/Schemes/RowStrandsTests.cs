using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Schemes;

namespace GpuCgan.Kernels.Tests.Schemes;

/// <summary>A machine runs the widest of its vectors alone; here every width sums on any machine.</summary>
public class RowStrandsTests
{
    internal readonly struct Product : IFormula
    {
        public T Apply<T>(T x, T y) where T : struct, IReal<T> => x * y;
    }

    [Theory]
    [InlineData(1), InlineData(15), InlineData(16), InlineData(17), InlineData(31), InlineData(32), InlineData(61), InlineData(64), InlineData(1009)]
    public void EveryWidthSumsAllOfTheRowToTheSameBits(int length)
    {
        Random random = new(length);
        float[] a = [.. Enumerable.Range(0, length).Select(_ => random.Next(-9, 10))], b = [.. Enumerable.Range(0, length).Select(_ => random.Next(-9, 10))];
        // Products of small integers, whose sums are exact in any order.
        float exact = a.Zip(b, (x, y) => x * y).Sum();
        Assert.Equal([exact, exact, exact], Sums());
        a = [.. a.Select(x => x + random.NextSingle())];
        float[] sums = Sums();
        Assert.Equal([sums[0], sums[0], sums[0]], sums);

        float[] Sums() =>
        [
            RowStrands.Sum<Product, Real4>(ref a[0], ref b[0], (nuint)length, default), RowStrands.Sum<Product, Real8>(ref a[0], ref b[0], (nuint)length, default),
            RowStrands.Sum<Product, Real16>(ref a[0], ref b[0], (nuint)length, default),
        ];
    }
}
