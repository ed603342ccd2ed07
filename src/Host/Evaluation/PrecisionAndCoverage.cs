namespace GpuCgan.Host.Evaluation;

/// <summary>
/// Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models") of N generated points
/// against M real ones, with balls to the k-th nearest neighbour of the same set:
/// <list type="bullet">
/// <item>precision: the share of generated points that lie in the ball of some real one;</item>
/// <item>recall: the share of real points that lie in the ball of some generated one;</item>
/// <item>density: how many real points' balls hold a generated point, on average, divided by k; about 1 for the real distribution, and not bounded by it;</item>
/// <item>coverage: the share of real points whose ball holds a generated point.</item>
/// </list>
/// </summary>
internal readonly record struct PrecisionAndCoverage(double Precision, double Recall, double Density, double Coverage)
{
    /// <summary>N·M distances. Counts of integers, so the order in which cores come does not show.</summary>
    public static PrecisionAndCoverage Of(NeighbourBalls real, NeighbourBalls generated, ParallelOptions cores)
    {
        var held = new int[generated.Count];
        int recalled = 0, covered = 0;
        Parallel.For(0, real.Count, cores, i =>
        {
            var point = real.Point(i);
            bool isRecalled = false, isCovered = false;
            for (int j = 0; j < generated.Count; j++)
            {
                float distance = NeighbourBalls.Distance(point, generated.Point(j));
                isRecalled |= generated.Holds(j, distance);
                if (!real.Holds(i, distance))
                    continue;
                isCovered = true;
                Interlocked.Increment(ref held[j]);
            }
            if (isRecalled)
                Interlocked.Increment(ref recalled);
            if (isCovered)
                Interlocked.Increment(ref covered);
        });
        return new PrecisionAndCoverage(
            held.Count(balls => balls > 0) / (double)generated.Count, recalled / (double)real.Count,
            held.Sum(balls => (long)balls) / ((double)real.Neighbours * generated.Count), covered / (double)real.Count);
    }
}
