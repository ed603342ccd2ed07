using System.Globalization;

namespace GpuCgan.Host.Data;

/// <summary>An image's height and width in pixels, as <c>--size</c> takes them: <c>32</c>, or <c>32x24</c> for 32 rows of 24.</summary>
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>The longest side of an image that networks are trained on.</summary>
    public const int MaxSide = 64;

    /// <summary>The longest side of an image that is read, to be made smaller.</summary>
    public const int MaxSourceSide = 4096;

    /// <summary>Whether networks can be trained on images of this size.</summary>
    public bool IsTrainable => Height is >= 1 and <= MaxSide && Width is >= 1 and <= MaxSide;

    /// <summary>Whether images of this size are read at all.</summary>
    public bool IsReadable => Height is >= 1 and <= MaxSourceSide && Width is >= 1 and <= MaxSourceSide;

    /// <summary>Reads <c>N</c> or <c>NxM</c>, each from 1 to <see cref="MaxSide"/>.</summary>
    public static bool TryParse(string text, out ImageSize size)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] sides = text.Split('x', '×');
        size = default;
        if (sides.Length is not (1 or 2) || !TryParseSide(sides[0], out int height) || !TryParseSide(sides[^1], out int width))
            return false;
        size = new ImageSize(height, width);
        return size.IsTrainable;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    private static bool TryParseSide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side);
}
