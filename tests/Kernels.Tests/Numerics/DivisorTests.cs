using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Tests.Numerics;

public class DivisorTests
{
    private static int[] Edges => [1, 2, 3, 7, 10, 784, int.MaxValue - 1, int.MaxValue, .. Enumerable.Range(2, 29).SelectMany(i => (int[])[(1 << i) - 1, 1 << i, (1 << i) + 1])];

    private static void Check(int n, int d)
    {
        int quotient = new Divisor(d).Divide(n, out int remainder);
        Assert.True(quotient == n / d && remainder == n % d, $"{n} / {d} = {quotient}, {remainder}");
    }

    /// <summary>An error shows first where the remainder is d − 1, at the largest n.</summary>
    [Fact]
    public void QuotientsAreThoseOfADivision()
    {
        foreach (int d in Edges)
        {
            int last = int.MaxValue / d * d;
            foreach (int n in (int[])[0, 1, d - 1, d, last - 1, last, int.MaxValue, .. Edges])
                Check(n, d);
        }
        var random = new Random(91);
        for (int i = 0; i < 200_000; i++)
            Check(random.Next(), random.Next() >> random.Next(31) | 1);
    }
}
