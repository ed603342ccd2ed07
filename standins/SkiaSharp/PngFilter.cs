namespace SkiaSharp;

/// <summary>The five row filters of PNG (specification, section 9), and their undoing.</summary>
internal static class PngFilter
{
    public const int Count = 5;
    public const int Up = 2;

    /// <summary>Filters <paramref name="row"/> into <paramref name="output"/>; <paramref name="above"/> is zero for the first row.</summary>
    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int bytesPerPixel, Span<byte> output)
    {
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i < bytesPerPixel ? (byte)0 : row[i - bytesPerPixel];
            byte corner = i < bytesPerPixel ? (byte)0 : above[i - bytesPerPixel];
            output[i] = (byte)(row[i] - Predict(filter, left, above[i], corner));
        }
    }

    /// <summary>Undoes a filter in place; false where the filter's number is none.</summary>
    public static bool Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int bytesPerPixel)
    {
        if (filter is < 0 or >= Count) return false;
        if (filter == 0) return true;
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i < bytesPerPixel ? (byte)0 : row[i - bytesPerPixel];
            byte corner = i < bytesPerPixel ? (byte)0 : above[i - bytesPerPixel];
            row[i] += Predict(filter, left, above[i], corner);
        }
        return true;
    }

    private static byte Predict(int filter, byte left, byte up, byte corner) => filter switch
    {
        1 => left,
        Up => up,
        3 => (byte)((left + up) / 2),
        4 => Paeth(left, up, corner),
        _ => 0,
    };

    private static byte Paeth(int left, int up, int corner)
    {
        int estimate = left + up - corner;
        int toLeft = Math.Abs(estimate - left);
        int toUp = Math.Abs(estimate - up);
        int toCorner = Math.Abs(estimate - corner);
        if (toLeft <= toUp && toLeft <= toCorner) return (byte)left;
        return (byte)(toUp <= toCorner ? up : corner);
    }
}
