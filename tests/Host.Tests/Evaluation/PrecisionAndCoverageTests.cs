using GpuCgan.Host.Evaluation;

namespace GpuCgan.Host.Tests.Evaluation;

public class PrecisionAndCoverageTests
{
    private static LabelledFeatures Line(params float[] places) => new(places, 1, new int[places.Length]);

    private static LabelledFeatures Cloud(int count, int width, int seed, double shift = 0)
    {
        var random = new Random(seed);
        return new LabelledFeatures([.. Enumerable.Range(0, count * width).Select(_ => (float)(random.NextDouble() + random.NextDouble() + shift))], width, new int[count]);
    }

    private static readonly ParallelOptions Cores = new();

    private static PrecisionAndCoverage Of(LabelledFeatures real, LabelledFeatures generated, int k) =>
        PrecisionAndCoverage.Of(new NeighbourBalls(real, k, Cores), new NeighbourBalls(generated, k, Cores), Cores);

    /// <summary>Points on a line, by hand. Real: 0, 1, 3, 10 with radii 1, 1, 2, 7 for k = 1. Generated: 0.5, 2, 20 with radii 1.5, 1.5, 18.</summary>
    [Fact]
    public void OnALineItIsWhatAHandCounts()
    {
        var scores = Of(Line(0, 1, 3, 10), Line(0.5f, 2, 20), 1);
        // 0.5 lies within 0 and 1; 2 lies within 3, and on the surface of 1, which does not count; 20 lies within none.
        Assert.Equal(2 / 3.0, scores.Precision, 1e-12);
        Assert.Equal(3 / 3.0, scores.Density, 1e-12);
        // 0 and 1 hold 0.5; 3 holds 2; 10 holds nothing (20 is 10 away).
        Assert.Equal(3 / 4.0, scores.Coverage, 1e-12);
        // 0 and 1 lie within 0.5; 3 within 2 and 20; 10 within 20.
        Assert.Equal(1, scores.Recall, 1e-12);
    }

    [Theory]
    [InlineData(7, 9, 2, 1, 0.0, 1), InlineData(40, 31, 5, 5, 0.3, 2), InlineData(31, 64, 17, 3, 0.1, 3), InlineData(90, 90, 33, 5, 0.05, 4)]
    public void ItIsTheDefinitionInDouble(int m, int n, int width, int k, double shift, int seed)
    {
        var real = Cloud(m, width, seed);
        var generated = Cloud(n, width, seed + 100, shift);
        double[] realRadii = Radii(real, k), generatedRadii = Radii(generated, k);
        int precise = 0, recalled = 0, covered = 0;
        double density = 0;
        for (int j = 0; j < n; j++)
        {
            int balls = Enumerable.Range(0, m).Count(i => Distance(real, i, generated, j) < realRadii[i]);
            precise += balls > 0 ? 1 : 0;
            density += balls / ((double)k * n);
        }
        for (int i = 0; i < m; i++)
        {
            recalled += Enumerable.Range(0, n).Any(j => Distance(real, i, generated, j) < generatedRadii[j]) ? 1 : 0;
            covered += Enumerable.Range(0, n).Any(j => Distance(real, i, generated, j) < realRadii[i]) ? 1 : 0;
        }
        var scores = Of(real, generated, k);
        Assert.Equal(precise / (double)n, scores.Precision, 1e-12);
        Assert.Equal(density, scores.Density, 1e-12);
        Assert.Equal(recalled / (double)m, scores.Recall, 1e-12);
        Assert.Equal(covered / (double)m, scores.Coverage, 1e-12);
        // The rows are no trivial ones: some score lies strictly between 0 and 1.
        Assert.Contains((double[])[scores.Precision, scores.Recall, scores.Coverage], share => share is > 0 and < 1);
    }

    [Fact]
    public void ACollapsedSetIsPreciseAndCoversLittle()
    {
        var real = Cloud(200, 4, 1);
        // Every generated point is a real one, or nearly: only ten of them are ever made.
        var few = Cloud(200, 4, 1).Values.AsSpan(0, 40).ToArray();
        var collapsed = new LabelledFeatures([.. Enumerable.Range(0, 200).SelectMany(i => few.AsSpan(i % 10 * 4, 4).ToArray().Select(v => v + 1e-4f * (i / 10)))], 4, new int[200]);
        var scores = Of(real, collapsed, 5);
        Assert.Equal(1, scores.Precision);
        Assert.InRange(scores.Coverage, 0.03, 0.5);
        Assert.InRange(scores.Recall, 0, 0.06);

        var faithful = Of(real, Cloud(200, 4, 2), 5);
        Assert.InRange(faithful.Coverage, 0.85, 1);
        Assert.InRange(faithful.Recall, 0.85, 1);
        Assert.InRange(faithful.Density, 0.8, 1.2);
    }

    [Fact]
    public void AsManyPointsAsNeighboursAreTooFew() => Assert.Throws<ArgumentException>(() => new NeighbourBalls(Line(1, 2, 3), 3, Cores));

    private static double Distance(LabelledFeatures a, int i, LabelledFeatures b, int j) =>
        Math.Sqrt(Enumerable.Range(0, a.Width).Sum(c => Math.Pow((double)a[i][c] - b[j][c], 2)));

    private static double[] Radii(LabelledFeatures points, int k) =>
        [.. Enumerable.Range(0, points.Count).Select(i => Enumerable.Range(0, points.Count).Where(j => j != i).Select(j => Distance(points, i, points, j)).Order().ElementAt(k - 1))];
}
