using GpuCgan.Kernels.Numerics;

namespace GpuCgan.Kernels.Tests.Numerics;

/// <summary>Four numbers in a lane are four lanes' numbers: each operation gives the bits of <see cref="Real1"/> in each place, and no place another's.</summary>
public class RealQuadTests
{
    private static readonly float[][] Numbers =
    [
        [1.5f, -2.25f, 0f, 1e-3f], [-0f, 7f, float.NaN, 3f], [float.PositiveInfinity, -1f, 0.5f, -0.5f], [88f, -88f, 1e30f, -1e-30f], [2.5f, -3.5f, 4.499f, -0.499f],
    ];

    private static readonly Func<Real1, Real1>[] OfOne = [x => -x, Real1.Abs, Real1.Sqrt, Elementary.Tanh, Elementary.Sigmoid, x => Elementary.Softplus(-Real1.Abs(x))];

    private static readonly Func<RealQuad, RealQuad>[] OfOneQuad = [x => -x, RealQuad.Abs, RealQuad.Sqrt, Elementary.Tanh, Elementary.Sigmoid, x => Elementary.Softplus(-RealQuad.Abs(x))];

    private static readonly Func<Real1, Real1, Real1>[] OfTwo =
        [(a, b) => a + b, (a, b) => a - b, (a, b) => a * b, (a, b) => a / b, Real1.Max, Real1.Min, (a, b) => Real1.WherePositive(a, b, -b), (a, b) => Real1.WhereMinusZero(a, b, -b)];

    private static readonly Func<RealQuad, RealQuad, RealQuad>[] OfTwoQuad =
        [(a, b) => a + b, (a, b) => a - b, (a, b) => a * b, (a, b) => a / b, RealQuad.Max, RealQuad.Min, (a, b) => RealQuad.WherePositive(a, b, -b), (a, b) => RealQuad.WhereMinusZero(a, b, -b)];

    [Fact]
    public void EveryOperationIsThatOfOne()
    {
        foreach (float[] a in Numbers)
        {
            for (int f = 0; f < OfOne.Length; f++)
                AssertBits([.. a.Select(x => OfOne[f](new Real1(x)))], OfOneQuad[f](Quad(a)), $"{f}");
            foreach (float[] b in Numbers)
            {
                for (int f = 0; f < OfTwo.Length; f++)
                    AssertBits([.. a.Zip(b, (x, y) => OfTwo[f](new Real1(x), new Real1(y)))], OfTwoQuad[f](Quad(a), Quad(b)), $"{f}");
            }
        }
    }

    [Fact]
    public void WholeNumbersAndExponentsAreThoseOfOne()
    {
        float[] x = [2.5f, -3.5f, 100.49f, -0.4f], n = [3, -126, 127, 0], positive = [1f, 0.7f, 1e-20f, 3e20f];
        AssertBits([.. x.Select(v => Real1.Round(new Real1(v)))], RealQuad.Round(Quad(x)), "round");
        AssertBits([.. n.Select(v => Real1.PowerOfTwo(new Real1(v)))], RealQuad.PowerOfTwo(Quad(n)), "power");
        var fractions = RealQuad.SplitFraction(Quad(positive), out var exponents);
        AssertBits([.. positive.Select(v => Real1.SplitFraction(new Real1(v), out _))], fractions, "fraction");
        AssertBits([.. positive.Select(v => { Real1.SplitFraction(new Real1(v), out var e); return e; })], exponents, "exponent");
        AssertBits([new(4), new(4), new(4), new(4)], RealQuad.Of(4), "of");
    }

    private static RealQuad Quad(float[] x) => new(new Float4(x[0], x[1], x[2], x[3]));

    private static void AssertBits(Real1[] expected, RealQuad actual, string context)
    {
        float[] found = [actual.Value.X, actual.Value.Y, actual.Value.Z, actual.Value.W];
        for (int i = 0; i < 4; i++)
            Assert.True(BitConverter.SingleToUInt32Bits(expected[i].Value) == BitConverter.SingleToUInt32Bits(found[i]), $"{context}[{i}]: {found[i]} for {expected[i].Value}");
    }
}
