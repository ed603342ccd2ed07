using SkiaSharp;

namespace GpuCgan.Host.Rendering;

/// <summary>
/// A sheet of generated images: one row a fixed latent, one column a label, the label printed above its column.
/// </summary>
/// <remarks>
/// The mapping from pixel values to gray is fixed: −1 is black, +1 is white, round((x + 1) · 127.5) between. It is never stretched to
/// the smallest and largest value of a sheet: that would make the washed-out images of an early epoch look as crisp as good
/// ones, hide a generator whose output has collapsed to one gray, and make two epochs' sheets incomparable.
/// </remarks>
internal sealed record SampleGrid
{
    /// <summary>The side, in pixels, that an image's longer side is brought near to.</summary>
    private const float CellSide = 56f;

    private const int Margin = 16;
    private const int Gap = 4;
    private const int TextSpace = 10;
    private const float TitleSize = 14f;
    private const float LabelSize = 12f;
    private const float SmallLabelSize = 9f;
    private const float LineHeight = 1.6f;

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    /// <summary>Of one image, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Of one image, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>1, gray, or 3, red, green and blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Whether an image is [C, H, W], a plane after another, and not [H, W, C].</summary>
    public bool Planar { get; init; }

    /// <summary>One a column; empty for a sheet without labels.</summary>
    public IReadOnlyList<string> ColumnLabels { get; init; } = [];

    /// <summary>A line above the sheet, such as the run's name.</summary>
    public string? Title { get; init; }

    /// <summary>A line below the sheet, such as "epoch 10 · step 560".</summary>
    public string? Footer { get; init; }

    /// <summary>How many pixels of the sheet, in each direction, one pixel of an image takes.</summary>
    public int Scale => Math.Max(1, (int)MathF.Round(CellSide / Math.Max(Height, Width)));

    /// <summary>Draws images in [-1, 1]; values that are not finite come out in magenta.</summary>
    /// <param name="pixels">[Rows · Columns, Height · Width · Channels], row by row of the sheet.</param>
    public SKBitmap Draw(ReadOnlySpan<float> pixels)
    {
        Check(pixels.Length);
        var bytes = new byte[pixels.Length];
        var broken = new bool[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            broken[i] = !float.IsFinite(pixels[i]);
            bytes[i] = broken[i] ? (byte)0 : ToByte(pixels[i]);
        }
        return Draw(bytes, broken);
    }

    /// <summary>Draws images whose values are the gray or colour levels themselves.</summary>
    /// <inheritdoc cref="Draw(ReadOnlySpan{float})"/>
    public SKBitmap Draw(ReadOnlySpan<byte> pixels)
    {
        Check(pixels.Length);
        return Draw(pixels, []);
    }

    /// <summary>Where the image of a row and a column lies on the sheet.</summary>
    public SKRect CellAt(int row, int column)
    {
        Layout layout = Arrange();
        float x = layout.Left + (column * layout.Pitch) + ((layout.Pitch - Gap - (Width * Scale)) / 2);
        float y = layout.Top + (row * ((Height * Scale) + Gap));
        return SKRect.Create(x, y, Width * Scale, Height * Scale);
    }

    private static byte ToByte(float x) => (byte)Math.Clamp(MathF.Floor(((x + 1f) * 127.5f) + 0.5f), 0f, 255f);

    private void Check(int count)
    {
        if (Rows < 1 || Columns < 1 || Height < 1 || Width < 1 || Channels is not (1 or 3))
            throw new ArgumentException($"A sheet needs images and 1 or 3 channels: {Rows} x {Columns} images of {Height} x {Width} x {Channels}.");
        if (count != (long)Rows * Columns * Height * Width * Channels)
            throw new ArgumentException($"{Rows} x {Columns} images of {Height} x {Width} x {Channels} are not {count} values.");
        if (ColumnLabels.Count != 0 && ColumnLabels.Count != Columns)
            throw new ArgumentException($"{Columns} columns have {ColumnLabels.Count} labels.");
    }

    private SKBitmap Draw(ReadOnlySpan<byte> pixels, ReadOnlySpan<bool> broken)
    {
        Layout layout = Arrange();
        var sheet = new SKBitmap(layout.SheetWidth, layout.SheetHeight, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(Palette.Paper);
        if (Title is not null) StrokeFont.Draw(canvas, Title, Margin, Margin + TitleSize, TitleSize, Palette.Ink);
        DrawLabels(canvas, layout);
        int size = Height * Width * Channels;
        using var cell = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < Rows * Columns; i++)
        {
            FillCell(cell, pixels.Slice(i * size, size), broken.IsEmpty ? [] : broken.Slice(i * size, size));
            using SKImage image = SKImage.FromBitmap(cell);
            canvas.DrawImage(image, CellAt(i / Columns, i % Columns), SKSamplingOptions.Default);
        }
        if (Footer is not null)
            StrokeFont.Draw(canvas, Footer, Margin, layout.SheetHeight - Margin - 2, LabelSize - 1, Palette.FadedInk);
        return sheet;
    }

    private void DrawLabels(SKCanvas canvas, Layout layout)
    {
        for (int column = 0; column < ColumnLabels.Count; column++)
        {
            float middle = CellAt(0, column).MidX;
            string[] lines = layout.Lines[column];
            for (int i = 0; i < lines.Length; i++)
            {
                // The last line stands nearest to the images, so that short labels do not float.
                float baseline = layout.Top - TextSpace - ((lines.Length - 1 - i) * layout.LabelSize * LineHeight);
                StrokeFont.Draw(canvas, lines[i], middle, baseline, layout.LabelSize, Palette.Ink, TextAlign.Center);
            }
        }
    }

    private void FillCell(SKBitmap cell, ReadOnlySpan<byte> image, ReadOnlySpan<bool> broken)
    {
        Span<byte> rgba = cell.GetPixelSpan();
        int area = Height * Width;
        for (int i = 0; i < area; i++)
        {
            Span<byte> p = rgba.Slice(4 * i, 4);
            bool isBroken = false;
            for (int c = 0; c < 3; c++)
            {
                int channel = Channels == 1 ? 0 : c;
                int at = Planar ? (channel * area) + i : (i * Channels) + channel;
                p[c] = image[at];
                isBroken |= !broken.IsEmpty && broken[at];
            }
            p[3] = byte.MaxValue;
            if (isBroken) (p[0], p[1], p[2]) = (SKColors.Magenta.Red, SKColors.Magenta.Green, SKColors.Magenta.Blue);
        }
    }

    private Layout Arrange()
    {
        int cellWidth = Width * Scale, cellHeight = Height * Scale;
        float size = ColumnLabels.All(label => StrokeFont.Measure(label, LabelSize) <= cellWidth) ? LabelSize : SmallLabelSize;
        // A column is as wide as its longest word at least; a label that fits into that stays on one line.
        float longestWord = ColumnLabels.SelectMany(Words).Select(w => StrokeFont.Measure(w, size)).DefaultIfEmpty(0f).Max();
        float room = Math.Max(cellWidth, longestWord);
        string[][] lines = [.. ColumnLabels.Select(label => StrokeFont.Measure(label, size) <= room ? [label] : Words(label))];
        int pitch = (int)MathF.Ceiling(room) + Gap;

        float top = Margin;
        if (Title is not null) top += TitleSize + (2 * TextSpace);
        int deepest = lines.Select(l => l.Length).DefaultIfEmpty(0).Max();
        if (deepest > 0) top += size + ((deepest - 1) * size * LineHeight) + TextSpace;
        top = MathF.Ceiling(top);

        int width = (Columns * pitch) - Gap;
        int bottom = (int)top + (Rows * (cellHeight + Gap)) - Gap + Margin;
        if (Footer is not null) bottom += (int)LabelSize + TextSpace + 4;
        float widestLine = Math.Max(StrokeFont.Measure(Title ?? "", TitleSize), StrokeFont.Measure(Footer ?? "", LabelSize - 1));
        int sheetWidth = (2 * Margin) + Math.Max(width, (int)MathF.Ceiling(widestLine));
        return new Layout(Margin, (int)top, pitch, size, lines, sheetWidth, bottom);
    }

    private static string[] Words(string label) => label.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private sealed record Layout(
        int Left, int Top, int Pitch, float LabelSize, string[][] Lines, int SheetWidth, int SheetHeight);
}
