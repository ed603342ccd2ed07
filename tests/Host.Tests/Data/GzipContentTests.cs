using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class GzipContentTests
{
    private const int Bound = 1 << 20;

    // Written out, since GZipStream packs nothing into nothing at all.
    private static readonly byte[] EmptyMember = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private static byte[] Unpack(byte[] packed, int bound = Bound) => GzipContent.Unpack(new MemoryStream(packed), bound, "a.gz");

    private static string Refusal(byte[] packed, int bound = Bound)
    {
        string message = Assert.Throws<InvalidDataException>(() => Unpack(packed, bound)).Message;
        Assert.StartsWith("a.gz: gzip ", message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    [Fact]
    public void Content_comes_back_whole()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            byte[] content = new byte[random.Next(1, 5000)];
            random.NextBytes(content.AsSpan(0, content.Length / 2));
            Assert.True(content.AsSpan().SequenceEqual(Unpack(IdxBytes.Gzip(content))), $"seed {seed}");
        }

        Assert.Empty(Unpack(EmptyMember));

        // As dense as deflate gets.
        Assert.Equal(new byte[1_000_000], Unpack(IdxBytes.Gzip(new byte[1_000_000])));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] packed = IdxBytes.Gzip([.. Enumerable.Range(0, 300).Select(i => (byte)(i * i))]);
        for (int length = 0; length < packed.Length; length++)
            Refusal(packed[..length]);
    }

    [Fact]
    public void Whatever_follows_the_end_is_refused()
    {
        byte[] packed = IdxBytes.Gzip([1, 2, 3]);
        Refusal([.. packed, 0]);
        Refusal([.. packed, .. new byte[100]]);
        Refusal([.. packed, .. packed]);
        Refusal([.. packed, .. EmptyMember]);
    }

    [Fact]
    public void Every_flipped_bit_is_refused_or_leaves_the_content_as_it_was()
    {
        byte[] content = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * i))];
        byte[] packed = IdxBytes.Gzip(content);
        int refused = 0;
        for (int bit = 0; bit < packed.Length * 8; bit++)
        {
            byte[] damaged = [.. packed];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(content, Unpack(damaged));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        // The header's time, operating system and hints are not checked by anybody; the rest is.
        Assert.True(refused >= (packed.Length - 10) * 8, $"{refused} of {packed.Length * 8} refused");
    }

    [Fact]
    public void A_length_beyond_the_bound_is_refused_before_it_is_allocated()
    {
        Assert.Contains("length in the trailer is 1000, expected at most 999", Refusal(IdxBytes.Gzip(new byte[1000]), 999));

        byte[] liar = [.. IdxBytes.Gzip([1])[..^4], 0xff, 0xff, 0xff, 0x3f];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("length in the trailer is 1073741823", Refusal(liar, int.MaxValue));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_length_or_checksum_that_is_not_the_contents_is_refused()
    {
        byte[] packed = IdxBytes.Gzip([1, 2, 3]);
        Assert.Contains("gzip", Refusal([.. packed[..^4], 2, 0, 0, 0]));
        Assert.Contains("gzip", Refusal([.. packed[..^4], 4, 0, 0, 0]));
        Assert.Contains("gzip", Refusal([.. packed[..^8], 0, 0, 0, 0, 3, 0, 0, 0]));
    }
}
