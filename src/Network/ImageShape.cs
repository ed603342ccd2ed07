namespace GpuCgan.Network;

/// <summary>Height, width and channels of an image; its pixels lie as [channels, height, width].</summary>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Numbers an image.</summary>
    public int Pixels => Height * Width * Channels;

    /// <summary>
    /// Hidden widths for images of this size from those for 28×28: each is multiplied by √(pixels / 784), the ratio of the images' edges, where that is below 1, and rounded
    /// up to a multiple of 16. Smaller images hold less to learn; the number of layers stays.
    /// </summary>
    public int[] ScaleWidths(int[] widths)
    {
        double scale = Math.Min(1, Math.Sqrt(Pixels / 784.0));
        return [.. widths.Select(width => (int)Math.Ceiling(width * scale / 16) * 16)];
    }

    /// <summary>Height×width, and the channels where there is more than one.</summary>
    public override string ToString() => Channels == 1 ? $"{Height}×{Width}" : $"{Height}×{Width}×{Channels}";
}
