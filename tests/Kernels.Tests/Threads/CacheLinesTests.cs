using GpuCgan.Kernels.Threads;

namespace GpuCgan.Kernels.Tests.Threads;

public class CacheLinesTests
{
    [Theory]
    [InlineData(0, 0), InlineData(0, 1), InlineData(3, 16), InlineData(5, 100), InlineData(16, 4096)]
    public void NoBitChangesInsideAndNothingIsTouchedOutside(int start, int length)
    {
        // All kinds of bits, quiet and signalling NaNs among them.
        var values = Enumerable.Range(0, 5000).Select(i => BitConverter.Int32BitsToSingle(i * 859_433 ^ (i % 3 == 0 ? 0x7F80_0001 : 0))).ToArray();
        var bits = values.Select(BitConverter.SingleToInt32Bits).ToArray();
        CacheLines.Own(values.AsSpan(start, length));
        Assert.Equal(bits, values.Select(BitConverter.SingleToInt32Bits));
    }
}
