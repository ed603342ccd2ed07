namespace GpuCgan.Network;

/// <summary>Height, width and channels of an image; its pixels lie as [channels, height, width].</summary>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    /// <summary>Numbers an image.</summary>
    public int Pixels => Height * Width * Channels;

    /// <summary>Height×width, and the channels where there is more than one.</summary>
    public override string ToString() => Channels == 1 ? $"{Height}×{Width}" : $"{Height}×{Width}×{Channels}";
}
