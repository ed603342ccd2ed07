namespace GpuCgan.Network.Architecture;

/// <summary>What a layer hands to the next for one sample: a vector, or planes that lie as [channels, height, width] in a row of the batch.</summary>
internal readonly record struct FeatureShape(int Channels, int Height, int Width)
{
    public static FeatureShape Vector(int length) => new(length, 1, 1);

    public static FeatureShape Of(ImageShape image) => new(image.Channels, image.Height, image.Width);

    /// <summary>Numbers a sample; may be beyond what an int holds, where a recipe asks for too much.</summary>
    public long Length => (long)Channels * Height * Width;

    public bool IsVector => Height == 1 && Width == 1;

    /// <summary>Channels×height×width, or the length of a vector.</summary>
    public override string ToString() => IsVector ? $"{Channels}" : $"{Channels}×{Height}×{Width}";
}
