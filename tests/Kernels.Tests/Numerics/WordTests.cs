using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Tests.Numerics;

/// <summary>The lanes of every vector of words do arithmetic modulo 2³², each by itself.</summary>
public class WordTests
{
    private static readonly uint[] Extremes = [0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF, 0x0001_0000, 0x0000_FFFF, 0xD251_1F53, 0xCD9E_8D57];

    private static uint[] Lanes<T>(T x) where T : struct, IWideWord<T>
    {
        var lanes = new uint[T.Count];
        T.Store(x, ref lanes[0], 0);
        return lanes;
    }

    private static void Check<T>() where T : struct, IWideWord<T>
    {
        var random = new Random(81);
        uint[] constants = [.. Extremes, .. Enumerable.Range(0, 50).Select(_ => (uint)random.NextInt64(1L << 32))];
        foreach (uint a in constants)
        {
            // Consecutive words: every lane holds another one, across the wrap too.
            var words = T.Sequence(a);
            uint[] x = Lanes(words);
            Assert.Equal(Enumerable.Range(0, T.Count).Select(i => a + (uint)i), x);
            Assert.All(Lanes(T.Of(a)), lane => Assert.Equal(a, lane));
            foreach (uint b in constants)
            {
                Assert.Equal(x.Select(v => v + b), Lanes(words + T.Of(b)));
                Assert.Equal(x.Select(v => v ^ b), Lanes(words ^ T.Of(b)));
                var low = T.Multiply(words, b, out var high);
                Assert.Equal(x.Select(v => (uint)((ulong)v * b)), Lanes(low));
                Assert.Equal(x.Select(v => (uint)((ulong)v * b >> 32)), Lanes(high));
                // Products as operands, each of which a lane might hold more of than its word.
                var chained = T.Multiply((low + high) ^ words, a, out var chainedHigh);
                uint[] operand = [.. x.Select(v => ((uint)((ulong)v * b) + (uint)((ulong)v * b >> 32)) ^ v)];
                Assert.Equal(operand.Select(v => (uint)((ulong)v * a)), Lanes(chained));
                Assert.Equal(operand.Select(v => (uint)((ulong)v * a >> 32)), Lanes(chainedHigh));
            }
        }
    }

    [Fact]
    public void OneWord() => Check<Word1>();

    [Fact]
    public void FourWords() => Check<Word4>();

    [Fact]
    public void EightWords() => Check<Word8>();

    [Fact]
    public void SixteenWords() => Check<Word16>();
}
