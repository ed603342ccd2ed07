using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Network;

namespace GpuCgan.Host.Evaluation;

/// <summary>Images of a generator as a data set, in bytes, as a file of them would hold.</summary>
internal static class GeneratedImages
{
    /// <summary><paramref name="count"/> images in the proportions that the classes have in <paramref name="like"/>, label after label; without labels, where G is told none, all bear the first.</summary>
    public static ImageDataSet Draw(ConditionalGan gan, ImageDataSet like, int count, ulong seed, IStageDisplay stages)
    {
        int classes = like.ClassNames.Count;
        // Images without labels are images 0, 1, … of label 0.
        int[] perClass = gan.Recipe.HasLabels ? ClassShares.InProportion(ClassShares.Of(like.Labels.Span, classes), count) : [count, .. new int[classes - 1]];
        var pixels = new byte[(long)count * gan.Image.Pixels];
        var labels = new int[count];
        stages.Run($"generating {count} images", progress =>
        {
            int drawn = 0;
            for (int c = 0; c < classes; c++)
            {
                if (perClass[c] > 0)
                    PixelLevels.Of(gan.Sample([c], 0, perClass[c], seed)).CopyTo(pixels, drawn * gan.Image.Pixels);
                labels.AsSpan(drawn, perClass[c]).Fill(c);
                drawn += perClass[c];
                progress(drawn / (double)count);
            }
        });
        return new ImageDataSet($"generated {like.Name}", "generator", $"seed {seed}", gan.Image.Channels, gan.Image.Height, gan.Image.Width, pixels, labels, like.ClassNames);
    }
}
