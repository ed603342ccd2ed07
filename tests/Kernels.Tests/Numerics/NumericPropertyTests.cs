using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Kernels.Numerics;
using GpuCgan.Kernels.Operators;

namespace GpuCgan.Kernels.Tests.Numerics;

/// <summary>Laws that hold for all numbers, where rows of a theory only ever hold some.</summary>
public class NumericPropertyTests
{
    /// <summary>Any bits of a float: subnormal, infinite and no numbers among them.</summary>
    private static readonly Gen<float> Floats = Gen.OneOf(
        Gen.Choose(int.MinValue, int.MaxValue).Select(BitConverter.Int32BitsToSingle),
        Gen.Choose(-1_000_000, 1_000_000).Select(i => i / 10_000f),
        Gen.Elements(0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1f, -1f));

    private static uint Bits(float x) => BitConverter.SingleToUInt32Bits(x);

    /// <summary>A formula gives each lane what it gives a number alone, to the bit: kernel, tail and body of a loop are one function.</summary>
    [Fact]
    public void EveryWidthGivesTheBitsOfOneNumber() => Law.Holds(Floats.ArrayOf(16), 500, x =>
    {
        Assert.Equal(Lanes<Real1>(x), Lanes<Real4>(x));
        Assert.Equal(Lanes<Real1>(x), Lanes<Real8>(x));
        Assert.Equal(Lanes<Real1>(x), Lanes<Real16>(x));

        static uint[] Lanes<T>(float[] x) where T : struct, IWide<T>
        {
            List<uint> bits = [];
            float[] y = new float[x.Length];
            foreach (Func<T, T> function in (Func<T, T>[])[Elementary.Exp, Elementary.Tanh, Elementary.Sigmoid, Elementary.Softplus, Elementary.ExpMinusOne])
            {
                for (int i = 0; i < x.Length; i += T.Count)
                    T.Store(function(T.Load(ref x[0], (nuint)i)), ref y[0], (nuint)i);
                // The bits of a NaN are no function's result.
                bits.AddRange(y.Select(v => float.IsNaN(v) ? Bits(float.NaN) : Bits(v)));
            }

            return [.. bits];
        }
    });

    [Fact]
    public void TanhIsOddAndBoundedAndSigmoidsAddToOne() => Law.Holds(Floats, 2000, x =>
    {
        float y = Elementary.Tanh(new Real1(x)).Value, mirrored = Elementary.Tanh(new Real1(-x)).Value;
        if (float.IsNaN(x))
        {
            Assert.True(float.IsNaN(y) && float.IsNaN(mirrored));
            return;
        }

        Assert.Equal(y, -mirrored);
        Assert.InRange(y, -1f, 1f);
        // Each within 2·10⁻⁷ of itself, and their sum is rounded once.
        Assert.Equal(1.0, (double)Elementary.Sigmoid(new Real1(x)).Value + Elementary.Sigmoid(new Real1(-x)).Value, 4e-7);
    });

    /// <summary>Every image once an epoch, whatever the seed, the stream and the number of images.</summary>
    [Fact]
    public void AnEpochIsAPermutation() => Law.Holds(
        from count in Gen.Choose(1, 3000)
        from seed in ArbMap.Default.GeneratorFor<ulong>()
        from epoch in Gen.Choose(0, 1_000_000)
        select (count, seed, epoch),
        40, drawn =>
    {
        bool[] seen = new bool[drawn.count];
        for (int place = 0; place < drawn.count; place++)
        {
            int index = KeyedShuffle.IndexAt(drawn.seed, Purpose.Shuffle, drawn.count, ((long)drawn.epoch * drawn.count) + place);
            Assert.InRange(index, 0, drawn.count - 1);
            Assert.False(seen[index], $"{index} came twice");
            seen[index] = true;
        }
    });

    /// <summary>With an ε that vanishes beside every root, Adam's step does not know the gradient's size: a power of two is exact in both moments and in the root.</summary>
    [Fact]
    public void AdamsStepHasTheSameBitsForAGradientTimesAPowerOfTwo() => Law.Holds(
        from g in Gen.Choose(1, 1_000_000).Select(i => (i - 500_000.5f) / 1000f).ArrayOf(19)
        from power in Gen.Choose(-20, 20)
        from steps in Gen.Choose(1, 4)
        select (g, power, steps),
        60, drawn =>
    {
        Assert.Equal(After(1), After(MathF.ScaleB(1, drawn.power)));

        float[] After(float scale)
        {
            var d = TestDevice.Get("cpu");
            using var parameters = GuardedVector.Of(d, [.. drawn.g.Select((_, i) => i * 0.25)]);
            using var gradients = GuardedVector.Of(d, [.. drawn.g.Select(v => (double)(v * scale))]);
            using var first = GuardedVector.Of(d, new double[drawn.g.Length]);
            using var second = GuardedVector.Of(d, new double[drawn.g.Length]);
            using var clock = new StepClock(d, 1);
            var adam = new Adam(d);
            for (int step = 0; step < drawn.steps; step++)
            {
                adam.Launch(clock.View, 1, 0, parameters.View, gradients.View, first.View, second.View, new AdamOptions { LearningRate = 1e-2f, Epsilon = 1e-38f });
                clock.Advance();
            }

            return parameters.Read("parameters");
        }
    });
}
