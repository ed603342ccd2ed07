using GpuCgan.Host.Data;
using Xunit;

namespace GpuCgan.Host.Tests.Data;

public sealed class Crc32Tests
{
    // 0xcbf43926 is the check value that every catalogue of checksums gives for this polynomial.
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xcbf43926u)]
    public void Known_values(string text, uint expected) => Assert.Equal(expected, Crc32.Compute(System.Text.Encoding.ASCII.GetBytes(text)));
}
