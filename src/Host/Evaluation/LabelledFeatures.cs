using GpuCgan.Network.Classification;

namespace GpuCgan.Host.Evaluation;

/// <summary>Images as points: the features that a classifier sees in them, and the labels they bear (not those it reads).</summary>
/// <param name="Values">[count, <paramref name="Width"/>].</param>
/// <param name="Width">Features an image.</param>
/// <param name="Labels">[count].</param>
internal sealed record LabelledFeatures(float[] Values, int Width, int[] Labels)
{
    public LabelledFeatures(ClassifierReading reading, ReadOnlyMemory<int> labels)
        : this(reading.Features, reading.Width, labels.ToArray())
    {
    }

    public int Count => Labels.Length;

    public ReadOnlySpan<float> this[int image] => Values.AsSpan(image * Width, Width);

    /// <summary>Those of one class; may be empty.</summary>
    public LabelledFeatures OfClass(int label)
    {
        int[] members = [.. Enumerable.Range(0, Count).Where(i => Labels[i] == label)];
        var values = new float[members.Length * Width];
        for (int i = 0; i < members.Length; i++)
            this[members[i]].CopyTo(values.AsSpan(i * Width));
        return new LabelledFeatures(values, Width, [.. members.Select(_ => label)]);
    }
}
