using GpuCgan.Host.Interpolation;

namespace GpuCgan.Host.Tests.Interpolation;

public class SphericalWalkTests
{
    private static float[] Vector(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 2) - 1))];
    }

    private static double Norm(float[] v) => Math.Sqrt(v.Sum(x => (double)x * x));

    private static double Angle(float[] a, float[] b) => Math.Acos(a.Zip(b, (x, y) => (double)x * y).Sum() / (Norm(a) * Norm(b)));

    [Theory]
    [InlineData(2, 1), InlineData(100, 2), InlineData(512, 3)]
    public void ItTurnsEvenlyAndKeepsALengthBetweenTheEnds(int length, int seed)
    {
        float[] a = Vector(length, seed), b = Vector(length, seed + 100);
        // Of one length, as it is meant: then the way is an arc of a circle.
        b = [.. b.Select(x => (float)(x * Norm(a) / Norm(b)))];
        double whole = Angle(a, b);
        foreach (double t in (double[])[0.1, 0.25, 0.5, 0.9])
        {
            float[] at = SphericalWalk.At(a, b, t);
            Assert.Equal(Norm(a), Norm(at), 1e-5 * Norm(a));
            Assert.Equal(t * whole, Angle(a, at), 1e-3);
        }
    }

    [Fact]
    public void BothEndsAreMetToTheBit()
    {
        float[] a = Vector(100, 1), b = Vector(100, 2);
        Assert.Equal(a, SphericalWalk.At(a, b, 0));
        Assert.Equal(b, SphericalWalk.At(a, b, 1));
    }

    [Fact]
    public void WithoutAnArcTheLineIsWalked()
    {
        Assert.Equal([1.5f, 3f], SphericalWalk.At([1, 2], [2, 4], 0.5));
        Assert.Equal([0.5f, 1f], SphericalWalk.At([0, 0], [1, 2], 0.5));
        Assert.Equal([0f, 0f], SphericalWalk.At([1, 2], [-1, -2], 0.5));
    }
}
