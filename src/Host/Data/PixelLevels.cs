namespace GpuCgan.Host.Data;

/// <summary>The inverse of the scaling to [−1, 1]: −1 is 0, 1 is 255, fixed, never stretched to an image's own range.</summary>
internal static class PixelLevels
{
    public static byte Of(float x) => (byte)Math.Clamp(MathF.Round((x + 1) * 127.5f), 0, 255);

    public static byte[] Of(ReadOnlySpan<float> pixels)
    {
        var levels = new byte[pixels.Length];
        for (int i = 0; i < levels.Length; i++)
            levels[i] = Of(pixels[i]);
        return levels;
    }
}
