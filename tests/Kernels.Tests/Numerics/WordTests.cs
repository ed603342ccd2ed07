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

    /// <summary>Of products, whose lanes hold more than the word.</summary>
    private static void CheckTurn<T>() where T : struct, IWideWord<T>
    {
        T[] x = [.. Enumerable.Range(0, 4).Select(i => T.Multiply(T.Sequence(1000u * (uint)i), 0xD251_1F53, out _))];
        uint[][] before = [.. x.Select(Lanes)];
        T.Turn(ref x[0], ref x[1], ref x[2], ref x[3]);
        uint[][] after = [.. x.Select(Lanes)];
        for (int lane = 0; lane < T.Count; lane++)
        {
            for (int i = 0; i < 4; i++)
                Assert.Equal(before[lane % 4][lane / 4 * 4 + i], after[i][lane]);
        }
    }

    /// <summary>Also of a word that lies in a lane with more above it; a and b lie in lanes of their own.</summary>
    private static void CheckHalves<T, TWord>()
        where T : struct, IWide<T>, IReal<T, TWord>
        where TWord : struct, IWideWord<TWord>
    {
        float[] a = [.. Enumerable.Range(0, 16).Select(i => 1f + i)], b = [.. Enumerable.Range(0, 16).Select(i => -1f - i)];
        var result = new float[16];
        foreach (uint first in Extremes)
        {
            foreach (uint bound in (uint[])[0, 1, 2, 0x7FFF, 0x8000, 0x8001, 0xD251, 0xFFFF])
            {
                var words = TWord.Multiply(TWord.Sequence(first), 0xCD9E_8D57, out _);
                for (int half = 0; half < 2; half++)
                {
                    T.Store(T.WhereHalfBelow(words, half, bound, T.Load(ref a[0], 0), T.Load(ref b[0], 0)), ref result[0], 0);
                    uint[] lanes = Lanes(words);
                    for (int i = 0; i < T.Count; i++)
                    {
                        uint value = half == 0 ? lanes[i] % 65536 : lanes[i] / 65536;
                        Assert.Equal(value < bound ? a[i] : b[i], result[i]);
                        Assert.Equal(result[i], Real1.WhereHalfBelow(new Word1(lanes[i]), half, bound, new Real1(a[i]), new Real1(b[i])).Value);
                    }
                }
            }
        }
    }

    [Fact]
    public void FourWords()
    {
        Check<Word4>();
        CheckTurn<Word4>();
        CheckHalves<Real4, Word4>();
    }

    [Fact]
    public void EightWords()
    {
        Check<Word8>();
        CheckTurn<Word8>();
        CheckHalves<Real8, Word8>();
    }

    [Fact]
    public void SixteenWords()
    {
        Check<Word16>();
        CheckTurn<Word16>();
        CheckHalves<Real16, Word16>();
    }

    [Fact]
    public void OneWord()
    {
        foreach (uint a in Extremes)
        {
            foreach (uint b in Extremes)
            {
                Word1 x = new(a), y = new(b);
                Assert.Equal(a + b, (x + y).Value);
                Assert.Equal(a ^ b, (x ^ y).Value);
                Assert.Equal(a ^ b ^ 9, Word1.Xor(x, y, Word1.Of(9)).Value);
                Assert.Equal((uint)((ulong)a * b), Word1.Multiply(x, b, out var high).Value);
                Assert.Equal((uint)((ulong)a * b >> 32), high.Value);
            }
        }
    }
}
