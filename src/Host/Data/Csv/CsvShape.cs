using System.Globalization;

namespace GpuCgan.Host.Data.Csv;

/// <summary>
/// How the pixel columns of a line make an image, outermost extent first, as <c>--csv-shape</c> takes it: <c>28x28</c>, <c>32x32x3</c> (a pixel's red, green and blue
/// side by side) or <c>3x32x32</c> (a plane of red, one of green, one of blue).
/// </summary>
public readonly record struct CsvShape(ImageSize Size, int Channels, bool IsPlanar)
{
    public int Columns => Size.Height * Size.Width * Channels;

    /// <summary>Reads the two or three extents. <c>3x3x3</c> is taken for height, width, channels.</summary>
    public static bool TryParse(string text, out CsvShape shape)
    {
        ArgumentNullException.ThrowIfNull(text);
        shape = default;
        string[] parts = text.Split('x', '×');
        if (parts.Length is not (2 or 3))
            return false;
        int[] extents = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out extents[i]))
                return false;
        }

        if (extents.Length == 2)
            shape = new CsvShape(new ImageSize(extents[0], extents[1]), 1, false);
        else if (extents[2] is 1 or 3)
            shape = new CsvShape(new ImageSize(extents[0], extents[1]), extents[2], false);
        else if (extents[0] is 1 or 3)
            shape = new CsvShape(new ImageSize(extents[1], extents[2]), extents[0], true);
        return shape.Channels > 0 && shape.Size.IsReadable;
    }

    /// <summary>A square of one channel, or of three side by side; null where the columns make neither.</summary>
    public static CsvShape? Infer(int columns)
    {
        foreach (int channels in (ReadOnlySpan<int>)[1, 3])
        {
            int side = (int)Math.Sqrt(columns / channels);
            ImageSize size = new(side, side);
            if (size.IsReadable && side * side * channels == columns)
                return new CsvShape(size, channels, false);
        }

        return null;
    }

    /// <summary>Where value <paramref name="index"/> of a line belongs in the image's [channels, height, width].</summary>
    public int Place(int index) => IsPlanar ? index : index % Channels * Size.Height * Size.Width + index / Channels;

    public override string ToString() => Channels == 1 && !IsPlanar ? Size.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{(IsPlanar ? $"{Channels}x{Size}" : $"{Size}x{Channels}")}");
}
