namespace GpuCgan.Network.Classification;

/// <summary>What a classifier saw in a set of images.</summary>
/// <param name="Labels">[count], the label it reads in each.</param>
/// <param name="Features">[count, <paramref name="Width"/>], the output of its last hidden layer.</param>
/// <param name="Width">Features an image.</param>
public sealed record ClassifierReading(int[] Labels, float[] Features, int Width);
