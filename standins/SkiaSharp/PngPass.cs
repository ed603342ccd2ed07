namespace SkiaSharp;

/// <summary>Which pixels one pass over an image holds: every <c>stepX</c>-th from <c>startX</c>, and likewise for rows.</summary>
internal readonly struct PngPass(int startX, int startY, int stepX, int stepY)
{
    public static PngPass[] Whole { get; } = [new(0, 0, 1, 1)];

    /// <summary>Interlacing by Adam M. Costello's seven passes (PNG specification, section 8.2).</summary>
    public static PngPass[] Adam7 { get; } =
    [
        new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2),
    ];

    public int Columns(int width) => Math.Max(0, (width - startX + stepX - 1) / stepX);

    public int Rows(int height) => Math.Max(0, (height - startY + stepY - 1) / stepY);

    public int X(int column) => startX + (column * stepX);

    public int Y(int row) => startY + (row * stepY);
}
