using System.Numerics.Tensors;
using GpuCgan.Host.Data;

namespace GpuCgan.Host.Evaluation;

/// <summary>An image and how far it is from another.</summary>
/// <param name="Image">Its number in its set.</param>
/// <param name="Distance">The root mean square of the pixels' differences: 0 for the same image, 1 between black and white.</param>
internal readonly record struct NearImage(int Image, double Distance);

/// <summary>The nearest images of a set to each of another, pixel by pixel, found by looking at all pairs.</summary>
internal static class NearestImages
{
    /// <summary>Images that are compared with each one of the set while that is in the cache.</summary>
    private const int QueriesAtATime = 32;

    /// <returns>For each query its k nearest images, the nearest first; of equal ones the lower number.</returns>
    /// <param name="queries">Images of the set's shape.</param>
    /// <param name="set">At least k images.</param>
    /// <param name="k">How many.</param>
    /// <param name="cores">How many threads look.</param>
    /// <exception cref="ArgumentException">The shapes differ, or the set is too small.</exception>
    public static NearImage[][] Of(ImageDataSet queries, ImageDataSet set, int k, ParallelOptions cores)
    {
        if (queries.PixelsPerImage != set.PixelsPerImage || set.Count < k)
            throw new ArgumentException($"{set.Count} images of {set.PixelsPerImage} pixels have no {k} nearest to one of {queries.PixelsPerImage}.");
        var nearest = new NearImage[queries.Count][];
        Parallel.For(0, (queries.Count + QueriesAtATime - 1) / QueriesAtATime, cores, chunk =>
        {
            int first = chunk * QueriesAtATime, count = Math.Min(QueriesAtATime, queries.Count - first), pixels = set.PixelsPerImage;
            var levels = new float[count * pixels];
            for (int i = 0; i < count; i++)
            {
                Levels(queries.Image(first + i), levels.AsSpan(i * pixels, pixels));
                nearest[first + i] = new NearImage[k];
                Array.Fill(nearest[first + i], new NearImage(-1, double.PositiveInfinity));
            }
            var image = new float[pixels];
            for (int i = 0; i < set.Count; i++)
            {
                Levels(set.Image(i), image);
                for (int q = 0; q < count; q++)
                    Insert(nearest[first + q], new NearImage(i, TensorPrimitives.Distance(levels.AsSpan(q * pixels, pixels), image) / (byte.MaxValue * Math.Sqrt(pixels))));
            }
        });
        return nearest;
    }

    private static void Levels(ReadOnlySpan<byte> bytes, Span<float> levels) => TensorPrimitives.ConvertChecked<byte, float>(bytes, levels);

    private static void Insert(NearImage[] nearest, NearImage found)
    {
        int place = nearest.Length;
        for (; place > 0 && found.Distance < nearest[place - 1].Distance; place--)
        {
            if (place < nearest.Length)
                nearest[place] = nearest[place - 1];
        }
        if (place < nearest.Length)
            nearest[place] = found;
    }
}
