namespace GpuCgan.Host.Evaluation;

/// <summary>The scores that follow from features alone.</summary>
internal static class FeatureScores
{
    /// <summary>FID, precision, recall, density and coverage; each null where a set is too small for it.</summary>
    public static Scores Of(LabelledFeatures test, LabelledFeatures generated, LabelledFeatures real, int neighbours, ParallelOptions cores)
    {
        int smallest = ((LabelledFeatures[])[test, generated, real]).Min(set => set.Count);
        Score? fid = null;
        // With no more images than features the covariance is singular, and the distance tells the number of images more than anything else of them.
        if (smallest > test.Width)
        {
            var distance = new FrechetDistance(test);
            fid = new Score(distance.To(generated), distance.To(real));
        }
        if (smallest <= neighbours)
            return new Scores(null, null, fid, null, null, null, null);
        var testBalls = new NeighbourBalls(test, neighbours, cores);
        var ofGenerated = PrecisionAndCoverage.Of(testBalls, new NeighbourBalls(generated, neighbours, cores), cores);
        var ofReal = PrecisionAndCoverage.Of(testBalls, new NeighbourBalls(real, neighbours, cores), cores);
        return new Scores(
            null, null, fid, new Score(ofGenerated.Precision, ofReal.Precision), new Score(ofGenerated.Recall, ofReal.Recall),
            new Score(ofGenerated.Density, ofReal.Density), new Score(ofGenerated.Coverage, ofReal.Coverage));
    }
}
