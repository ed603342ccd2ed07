namespace GpuCgan.Host.Data;

/// <summary>What is done to the images of a data set on the way in: <c>--grayscale</c>, then <c>--size</c>.</summary>
/// <param name="Size">The size that every image is brought to, or null to leave them as they are.</param>
/// <param name="Grayscale">Whether colour becomes luma: 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded, halves upwards.</param>
public sealed record ImageConversion(ImageSize? Size, bool Grayscale)
{
    public static readonly ImageConversion None = new(null, false);

    /// <summary>The most bytes of pixels that a data set may have: 1 GiB.</summary>
    public const int MaxBytes = 1 << 30;

    /// <summary>Converts both parts, and refuses images that no network could be trained on.</summary>
    /// <exception cref="InvalidDataException">The images are larger than <see cref="ImageSize.MaxSide"/> and no size was asked for, or the result is too large to hold.</exception>
    public TrainTestSplit Apply(TrainTestSplit parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return new TrainTestSplit(Apply(parts.Train), Apply(parts.Test));
    }

    /// <inheritdoc cref="Apply(TrainTestSplit)"/>
    public ImageDataSet Apply(ImageDataSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        ImageSize source = new(set.Height, set.Width);
        ImageSize target = Size ?? source;
        Check(set.Source, source);
        int channels = Grayscale ? 1 : set.Channels;
        if (target == source && channels == set.Channels)
            return set;

        CheckRoom(set.Source, set.Count, channels, target);
        int pixelsPerImage = channels * target.Height * target.Width;
        byte[] pixels = new byte[set.Count * pixelsPerImage];
        ImageConverter converter = new(this);
        for (int image = 0; image < set.Count; image++)
            converter.Convert(set.Image(image), source, pixels.AsSpan(image * pixelsPerImage, pixelsPerImage));
        return new ImageDataSet(set.Name, set.Source, set.SplitNote, channels, target.Height, target.Width, pixels, set.Labels, set.ClassNames);
    }

    /// <summary>Refuses images of a size that is not read, or that would have to be converted and is not.</summary>
    /// <exception cref="InvalidDataException">The message names <paramref name="where"/>, the file or folder they come from.</exception>
    internal void Check(string where, ImageSize source)
    {
        if (!source.IsReadable)
            throw new InvalidDataException($"{where}: images are {source}, expected at most {ImageSize.MaxSourceSide}x{ImageSize.MaxSourceSide}; make them smaller with another program first");
        if (Size is null && !source.IsTrainable)
            throw new InvalidDataException($"{where}: images are {source}, expected at most {ImageSize.MaxSide}x{ImageSize.MaxSide}; convert them with --size {ImageSize.MaxSide}");
    }

    /// <summary>Checks, before anything is allocated, that the pixels of a data set fit into <see cref="MaxBytes"/>.</summary>
    /// <exception cref="InvalidDataException">They do not.</exception>
    internal static void CheckRoom(string source, int count, int channels, ImageSize size)
    {
        Int128 bytes = (Int128)count * channels * size.Height * size.Width;
        if (bytes > MaxBytes)
            throw new InvalidDataException($"{source}: {count} images of {size} with {channels} channel{(channels == 1 ? "" : "s")} take {bytes} bytes, expected at most {MaxBytes}; use fewer, or a smaller --size");
    }
}
