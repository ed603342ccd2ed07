using System.Buffers.Binary;

namespace SkiaSharp;

/// <summary>Takes pixels out of an unfiltered row, whatever the file's colour type, depth, palette and transparent colour.</summary>
internal sealed class PngPixels
{
    private readonly int colorType;
    private readonly int bitDepth;
    private readonly int channels;
    private readonly byte[] palette;
    private readonly byte[] transparency;

    public PngPixels(int colorType, int bitDepth, byte[] palette, byte[] transparency)
    {
        this.colorType = colorType;
        this.bitDepth = bitDepth;
        this.palette = palette;
        channels = colorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        // A tRNS chunk of the wrong length, or beside a real alpha channel, is passed over.
        bool usable = colorType switch
        {
            0 => transparency.Length == 2,
            2 => transparency.Length == 6,
            3 => transparency.Length > 0 && transparency.Length <= palette.Length / 3,
            _ => false,
        };
        this.transparency = usable ? transparency : [];
    }

    public bool HasAlpha => colorType is 4 or 6 || transparency.Length > 0;

    /// <summary>False where a palette is needed and missing.</summary>
    public bool IsComplete => colorType != 3 || (palette.Length >= 3 && palette.Length <= 768 && palette.Length % 3 == 0);

    /// <summary>How far back a row filter looks.</summary>
    public int FilterBytes => Math.Max(1, channels * bitDepth / 8);

    public int RowBytes(int columns) => (int)((((long)columns * channels * bitDepth) + 7) / 8);

    public SKColor Get(ReadOnlySpan<byte> row, int column)
    {
        switch (colorType)
        {
            case 0:
                int gray = Sample(row, column);
                bool clear = transparency.Length > 0 && gray == BinaryPrimitives.ReadUInt16BigEndian(transparency);
                return Gray(To8(gray), clear ? (byte)0 : byte.MaxValue);
            case 3:
                // An index past the palette takes its last colour, as in the package.
                int index = Math.Min(Sample(row, column), (palette.Length / 3) - 1);
                byte alpha = index < transparency.Length ? transparency[index] : byte.MaxValue;
                return new SKColor(palette[3 * index], palette[(3 * index) + 1], palette[(3 * index) + 2], alpha);
            case 4:
                return Gray(To8(Sample(row, 2 * column)), To8(Sample(row, (2 * column) + 1)));
            default:
                int at = channels * column;
                int r = Sample(row, at), g = Sample(row, at + 1), b = Sample(row, at + 2);
                return new SKColor(To8(r), To8(g), To8(b), colorType == 6 ? To8(Sample(row, at + 3)) : AlphaOf(r, g, b));
        }
    }

    private static SKColor Gray(byte value, byte alpha) => new(value, value, value, alpha);

    private byte AlphaOf(int r, int g, int b)
    {
        bool clear = transparency.Length > 0
            && r == BinaryPrimitives.ReadUInt16BigEndian(transparency)
            && g == BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(2))
            && b == BinaryPrimitives.ReadUInt16BigEndian(transparency.AsSpan(4));
        return clear ? (byte)0 : byte.MaxValue;
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (bitDepth == 16) return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        if (bitDepth == 8) return row[index];
        int bit = index * bitDepth;
        return (row[bit / 8] >> (8 - bitDepth - (bit % 8))) & ((1 << bitDepth) - 1);
    }

    private byte To8(int sample) => (byte)(bitDepth switch
    {
        16 => sample >> 8,
        8 => sample,
        _ => sample * 255 / ((1 << bitDepth) - 1),
    });
}
