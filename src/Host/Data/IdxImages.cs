namespace GpuCgan.Host.Data;

/// <summary>What an IDX file of images holds: Pixels are [Count, Height, Width], 0 to 255.</summary>
public sealed record IdxImages(int Count, int Height, int Width, ReadOnlyMemory<byte> Pixels);
