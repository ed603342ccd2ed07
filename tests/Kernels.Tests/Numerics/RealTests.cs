using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Tests.Numerics;

/// <summary>The lanes of every vector type do what one float does, to the last bit, so a loop's tail may run on another type than its body.</summary>
public class RealTests
{
    private static readonly float[] Extremes =
    [
        0, -0f, 1, -1, 0.5f, -0.5f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1.1754942e-38f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, MathF.PI, 0.70710677f, 0.7071068f, 1.4142135f, 1.4142137f, 16777216, 8388607.5f, 1e-20f, -1e20f,
    ];

    /// <summary>Every pair of extremes, with a third of them, and random bits; a multiple of 16.</summary>
    private static float[][] Anything()
    {
        var random = new Random(71);
        float[] a = [.. Extremes.SelectMany(_ => Extremes), .. Bits(10_000, random)], b = [.. Extremes.SelectMany(x => Extremes.Select(_ => x)), .. Bits(10_000, random)];
        float[] c = [.. a.Select((_, i) => Extremes[i * 7 % Extremes.Length])];
        return [a, b, c];
    }

    private static IEnumerable<float> Bits(int count, Random random) => Enumerable.Range(0, count).Select(_ => BitConverter.Int32BitsToSingle((int)random.NextInt64(1L << 32)));

    private static float[][] Within(double low, double high, Func<double, double> map)
    {
        var random = new Random(72);
        float[] x = [(float)map(low), (float)map(high), .. Enumerable.Range(0, 9998).Select(_ => (float)map(low + (high - low) * random.NextDouble()))];
        return [x, x, x];
    }

    private static float[][] InputsOf(string operation) => operation switch
    {
        // Halves too: they are where rounding to the nearest is in question.
        "round" => Within(-4_194_303, 4_194_303, x => Math.Round(x / 512 * 2) / 2),
        "power of two" => Within(-126, 127, Math.Round),
        "fraction" or "exponent" => Within(-126, 127.999, x => Math.Pow(2, x)),
        _ => Anything(),
    };

    private static float[] Run<T>(string operation, float[][] inputs) where T : struct, IWide<T>
    {
        var result = new float[inputs[0].Length / 16 * 16];
        for (nuint i = 0; i < (nuint)result.Length; i += (nuint)T.Count)
        {
            T a = T.Load(ref inputs[0][0], i), b = T.Load(ref inputs[1][0], i), c = T.Load(ref inputs[2][0], i);
            T exponent = default;
            T y = operation switch
            {
                "of" => T.Of(3.25f),
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "negate" => -a,
                "abs" => T.Abs(a),
                "sqrt" => T.Sqrt(a),
                "max" => T.Max(a, b),
                "min" => T.Min(a, b),
                "where positive" => T.WherePositive(a, b, c),
                "where minus zero" => T.WhereMinusZero(a, b, c),
                "multiply-add" => T.MultiplyAdd(a, b, c),
                "round" => T.Round(a),
                "power of two" => T.PowerOfTwo(a),
                "fraction" => T.SplitFraction(a, out exponent),
                "exponent" => T.SplitFraction(a, out exponent),
                _ => throw new ArgumentOutOfRangeException(nameof(operation)),
            };
            T.Store(operation == "exponent" ? exponent : y, ref result[0], i);
        }
        return result;
    }

    [Theory]
    [InlineData("of"), InlineData("+"), InlineData("-"), InlineData("*"), InlineData("/"), InlineData("negate"), InlineData("abs"), InlineData("sqrt")]
    [InlineData("max"), InlineData("min"), InlineData("where positive"), InlineData("where minus zero"), InlineData("multiply-add"), InlineData("round"), InlineData("power of two")]
    [InlineData("fraction"), InlineData("exponent")]
    public void EveryLaneDoesWhatOneFloatDoes(string operation)
    {
        float[][] inputs = InputsOf(operation);
        float[] one = Run<Real1>(operation, inputs);
        foreach (float[] lanes in (float[][])[Run<Real4>(operation, inputs), Run<Real8>(operation, inputs), Run<Real16>(operation, inputs)])
        {
            for (int i = 0; i < one.Length; i++)
            {
                // Which of two NaNs an addition hands on depends on the order that the compiler puts its operands in.
                bool same = BitConverter.SingleToInt32Bits(one[i]) == BitConverter.SingleToInt32Bits(lanes[i]) || (float.IsNaN(one[i]) && float.IsNaN(lanes[i]));
                Assert.True(same, $"{operation} of {inputs[0][i]:R}, {inputs[1][i]:R}, {inputs[2][i]:R}: {one[i]:R} alone, {lanes[i]:R} in a lane.");
            }
        }
    }

    [Fact]
    public void OneFloatDoesWhatTheInterfaceSays()
    {
        float[] Of(string operation, float[] a, float[] b, float[] c)
        {
            float[] Padded(float[] x) => [.. x, .. new float[16 - x.Length]];
            return Run<Real1>(operation, [Padded(a), Padded(b), Padded(c)])[..a.Length];
        }
        const float nan = float.NaN;
        Assert.Equal([2, 1, nan, 0], Of("max", [2, nan, 1, -0f], [1, 1, nan, 0], []));
        Assert.Equal([1, 1, nan, 0], Of("min", [2, nan, 1, -0f], [1, 1, nan, 0], []));
        Assert.Equal([1, 4, 6, 8, 9], Of("where positive", [1e-45f, 0, -1, -0f, nan], [1, 3, 5, 7, 0], [2, 4, 6, 8, 9]));
        Assert.Equal([1, 4, 6, 8, 10], Of("where minus zero", [-0f, 0, -1, -1e-45f, nan], [1, 3, 5, 7, 9], [2, 4, 6, 8, 10]));
        Assert.Equal([1, -1, 2, -3, 0, 4194303], Of("round", [0.5f, -0.5f, 1.5f, -2.5f, 0.4999f, 4194303], new float[6], []));
        Assert.Equal([1, 2, 0.25f, 1.17549435e-38f, 1.7014118e38f], Of("power of two", [0, 1, -2, -126, 127], new float[5], []));
        float[] x = InputsOf("fraction")[0], fraction = Run<Real1>("fraction", [x, x, x]), exponent = Run<Real1>("exponent", [x, x, x]);
        for (int i = 0; i < fraction.Length; i++)
        {
            Assert.InRange(fraction[i], 0.70710677f, 1.4142135f);
            Assert.Equal(x[i], fraction[i] * Math.Pow(2, exponent[i]));
        }
    }

    [Fact]
    public void BytesBecomeTheirValues()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 37))];
        void Check<T>() where T : struct, IWide<T>
        {
            var result = new float[256];
            for (nuint i = 0; i < 256; i += (nuint)T.Count)
                T.Store(T.LoadBytes(ref bytes[0], i), ref result[0], i);
            Assert.Equal([.. bytes.Select(b => (float)b)], result);
        }
        Check<Real1>();
        Check<Real4>();
        Check<Real8>();
        Check<Real16>();
    }

    [Fact]
    public void WordsBecomeNumbersInsideTheUnitInterval()
    {
        var random = new Random(73);
        uint[] words = [0, 1, 511, 512, 0x7FFF_FFFF, 0x8000_0000, ~0u - 512, ~0u, .. Enumerable.Range(0, 1000).Select(_ => (uint)random.NextInt64(1L << 32))];
        void Check<T, TWord>() where T : struct, IWide<T>, IReal<T, TWord> where TWord : struct, IWord<TWord>
        {
            var result = new float[T.Count];
            foreach (uint word in words)
            {
                T.Store(T.UnitInterval(TWord.Of(word)), ref result[0], 0);
                Assert.All(result, u => Assert.Equal((word / 512 + 0.5) / 8388608, u));
                Assert.True(result[0] is > 0 and < 1);
            }
        }
        Check<Real1, Word1>();
        Check<Real4, Word4>();
        Check<Real8, Word8>();
        Check<Real16, Word16>();
    }
}
