namespace GpuCgan.Host.Data;

/// <summary>Carries an <see cref="ImageConversion"/> out, image by image.</summary>
internal sealed class ImageConverter(ImageConversion conversion)
{
    // Kept from image to image: most data sets have one size.
    private (ImageSize Source, Resampler Resampler)? latest;

    /// <summary>Converts one image.</summary>
    /// <param name="image">[channels, height, width].</param>
    /// <param name="source">Its size.</param>
    /// <param name="converted">[channels or 1, target height, target width].</param>
    public void Convert(ReadOnlySpan<byte> image, ImageSize source, Span<byte> converted)
    {
        int area = source.Height * source.Width;
        if (conversion.Grayscale && image.Length == 3 * area)
            image = Luma(image);
        if (conversion.Size is not { } target || target == source)
        {
            image.CopyTo(converted);
            return;
        }

        if (latest is null || latest.Value.Source != source)
            latest = (source, new Resampler(source, target));
        int targetArea = target.Height * target.Width;
        for (int channel = 0; channel * area < image.Length; channel++)
            latest.Value.Resampler.Apply(image.Slice(channel * area, area), converted.Slice(channel * targetArea, targetArea));
    }

    /// <summary>From planes [3, area] to one plane.</summary>
    private static byte[] Luma(ReadOnlySpan<byte> rgb)
    {
        int area = rgb.Length / 3;
        byte[] gray = new byte[area];
        for (int i = 0; i < area; i++)
            gray[i] = (byte)((299 * rgb[i] + 587 * rgb[area + i] + 114 * rgb[2 * area + i] + 500) / 1000);
        return gray;
    }
}
