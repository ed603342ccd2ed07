using System.Buffers.Binary;
using System.IO.Compression;

namespace SkiaSharp;

/// <summary>
/// Reads PNG (W3C specification, third edition): every colour type and depth, interlaced or not. Like the package: null before the
/// first pixel data, <see cref="SKCodecResult.IncompleteInput"/> and the rows there are where the file is cut later, an error
/// where the data contradicts itself; 16 bits are cut to the upper 8; colour profiles are not applied.
/// </summary>
internal sealed class PngReader
{
    private const long MostPixels = 64L << 20;

    /// <summary>The limit libpng sets by default; it keeps the memory of a single row small.</summary>
    private const int LongestSide = 1_000_000;

    private readonly byte[] file;
    private int bitDepth;
    private int colorType;
    private bool interlaced;
    private int firstData;
    private PngPixels pixels = null!;

    private PngReader(byte[] file) => this.file = file;

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public int Width { get; private set; }

    public int Height { get; private set; }

    public bool IsGray => colorType == 0 && !HasAlpha;

    public bool HasAlpha => pixels.HasAlpha;

    /// <summary>Reads all that comes before the pixel data; null where it is not a PNG, or not whole up to there.</summary>
    public static PngReader? Open(byte[] file)
    {
        var reader = new PngReader(file);
        return reader.ReadHead() ? reader : null;
    }

    public unsafe SKCodecResult Decode(SKImageInfo info, IntPtr target)
    {
        if (!pixels.IsComplete) return SKCodecResult.InvalidInput;
        using var data = new MemoryStream();
        if (!CollectData(data, out bool cut)) return SKCodecResult.ErrorInInput;
        data.Position = 0;
        using var zlib = new ZLibStream(data, CompressionMode.Decompress);

        foreach (PngPass pass in interlaced ? PngPass.Adam7 : PngPass.Whole)
        {
            int columns = pass.Columns(Width), rows = pass.Rows(Height);
            if (columns == 0 || rows == 0) continue;
            byte[] row = new byte[pixels.RowBytes(columns)], above = new byte[row.Length];
            for (int r = 0; r < rows; r++)
            {
                int filter = ReadRow(zlib, row);
                if (filter < 0) return cut ? SKCodecResult.IncompleteInput : SKCodecResult.ErrorInInput;
                if (!PngFilter.Undo(filter, row, above, pixels.FilterBytes)) return SKCodecResult.ErrorInInput;
                byte* line = (byte*)target + ((long)pass.Y(r) * info.RowBytes);
                for (int c = 0; c < columns; c++)
                    PremulOrPlain(pixels.Get(row, c), info, line + ((long)pass.X(c) * info.BytesPerPixel));
                (row, above) = (above, row);
            }
        }
        return SKCodecResult.Success;
    }

    /// <summary>Not through <see cref="PremulColor"/> where the target is not premultiplied: that would round colours twice.</summary>
    private static unsafe void PremulOrPlain(SKColor color, SKImageInfo info, byte* p)
    {
        if (info.AlphaType == SKAlphaType.Unpremul && info.ColorType != SKColorType.Gray8)
        {
            bool redFirst = info.ColorType == SKColorType.Rgba8888;
            p[0] = redFirst ? color.Red : color.Blue;
            p[1] = color.Green;
            p[2] = redFirst ? color.Blue : color.Red;
            p[3] = color.Alpha;
        }
        else if (info.ColorType == SKColorType.Gray8)
        {
            *p = color.Red;
        }
        else
        {
            PremulColor.From(color).Store(p, info);
        }
    }

    /// <summary>One filtered row; its filter, or −1 where the data ends or is damaged.</summary>
    private static int ReadRow(ZLibStream zlib, byte[] row)
    {
        try
        {
            int filter = zlib.ReadByte();
            return filter >= 0 && zlib.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) == row.Length ? filter : -1;
        }
        // Damage, or a preset dictionary, which PNG does not have.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return -1;
        }
    }

    private bool ReadHead()
    {
        if (!file.AsSpan().StartsWith(Signature)) return false;
        byte[] palette = [], transparency = [];
        int at = Signature.Length;
        while (at + 8 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            ReadOnlySpan<byte> type = file.AsSpan(at + 4, 4);
            if (type.SequenceEqual("IDAT"u8))
            {
                firstData = at;
                if (Width == 0) return false;
                pixels = new PngPixels(colorType, bitDepth, palette, transparency);
                return true;
            }
            if (length > int.MaxValue || at + 12L + length > file.Length) return false;
            ReadOnlySpan<byte> data = file.AsSpan(at + 8, (int)length);
            bool sound = HasSoundCheck(at, (int)length);
            // A capital first letter marks a chunk that cannot be done without; damage to any other is passed over.
            bool critical = type[0] is >= (byte)'A' and <= (byte)'Z';
            if (!sound && critical) return false;
            if (type.SequenceEqual("IHDR"u8) != (at == Signature.Length)) return false;
            if (type.SequenceEqual("IHDR"u8) && !ReadHeader(data)) return false;
            if (type.SequenceEqual("IEND"u8)) return false;
            if (type.SequenceEqual("PLTE"u8)) palette = data.ToArray();
            if (type.SequenceEqual("tRNS"u8) && sound) transparency = data.ToArray();
            at += 12 + (int)length;
        }
        return false;
    }

    private bool ReadHeader(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13) return false;
        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        if (width is 0 or > LongestSide || height is 0 or > LongestSide || (long)width * height > MostPixels) return false;
        (Width, Height, bitDepth, colorType) = ((int)width, (int)height, data[8], data[9]);
        bool depthFits = colorType switch
        {
            0 => bitDepth is 1 or 2 or 4 or 8 or 16,
            3 => bitDepth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => bitDepth is 8 or 16,
            _ => false,
        };
        interlaced = data[12] == 1;
        return depthFits && data[10] == 0 && data[11] == 0 && data[12] <= 1;
    }

    /// <summary>Joins the IDAT chunks. False where one is damaged; <paramref name="cut"/> where the file ends within them.</summary>
    private bool CollectData(MemoryStream data, out bool cut)
    {
        int at = firstData;
        cut = true;
        while (at + 8 <= file.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > int.MaxValue) return false;
            if (!file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                cut = false;
                return true;
            }
            int there = (int)Math.Min(length, file.Length - at - 8);
            data.Write(file.AsSpan(at + 8, there));
            if (at + 12L + length > file.Length) return true;
            if (!HasSoundCheck(at, there)) return false;
            at += 12 + there;
        }
        return true;
    }

    private bool HasSoundCheck(int at, int length) =>
        Crc32.Of(file.AsSpan(at + 4, 4 + length)) == BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length));
}
