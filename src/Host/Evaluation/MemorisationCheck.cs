using GpuCgan.Host.Data;

namespace GpuCgan.Host.Evaluation;

/// <summary>Compares how near generated and held-out images come to the training images (in the spirit of Meehan, Chaudhuri and Dasgupta 2020, arXiv 2004.05675).</summary>
internal static class MemorisationCheck
{
    /// <summary>Images of each kind: enough for a share of one in a hundred, and seconds for MNIST's 60,000 training images.</summary>
    public const int MostImages = 1000;

    /// <summary>The share of held-out images that are nearer than <see cref="Memorisation.CopyDistance"/>.</summary>
    private const double NearestShare = 0.01;

    public static Memorisation Of(ImageDataSet generated, ImageDataSet test, ImageDataSet train, ParallelOptions cores)
    {
        double[] ofGenerated = Distances(generated, train, cores), ofTest = Distances(test, train, cores);
        double copyDistance = ofTest[(int)(NearestShare * ofTest.Length)];
        return new Memorisation(
            ofGenerated.Length, ofTest.Length, ofGenerated[ofGenerated.Length / 2], ofTest[ofTest.Length / 2], CloserShare(ofGenerated, ofTest),
            copyDistance, ofGenerated.Count(d => d < copyDistance) / (double)ofGenerated.Length);
    }

    /// <summary>P(a &lt; b) + P(a = b)/2 for one of each: the Mann–Whitney statistic.</summary>
    /// <param name="a">Rising.</param>
    /// <param name="b">Rising.</param>
    internal static double CloserShare(double[] a, double[] b)
    {
        double above = 0;
        int below = 0, notAbove = 0;
        foreach (double value in a)
        {
            while (below < b.Length && b[below] < value)
                below++;
            while (notAbove < b.Length && b[notAbove] <= value)
                notAbove++;
            above += (b.Length - notAbove) + ((notAbove - below) / 2.0);
        }
        return above / ((double)a.Length * b.Length);
    }

    /// <summary>Each image's distance to its nearest training image, rising.</summary>
    private static double[] Distances(ImageDataSet images, ImageDataSet train, ParallelOptions cores)
    {
        if (images.Count > MostImages)
            images = images.Sample(ClassShares.InProportion(ClassShares.Of(images.Labels.Span, images.ClassNames.Count), MostImages));
        return [.. NearestImages.Of(images, train, 1, cores).Select(near => near[0].Distance).Order()];
    }
}
