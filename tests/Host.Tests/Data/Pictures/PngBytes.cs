using System.IO.Compression;

namespace GpuCgan.Host.Tests.Data.Pictures;

/// <summary>PNG files put together by hand, independently of what decodes them.</summary>
internal static class PngBytes
{
    private const byte GrayType = 0, PaletteType = 3;

    public static byte[] Gray(int width, int height, byte[] pixels) => File(width, height, 8, GrayType, null, pixels, width);

    public static byte[] Gray16(int width, int height, ushort[] pixels)
        => File(width, height, 16, GrayType, null, [.. pixels.SelectMany(p => (byte[])[(byte)(p >> 8), (byte)p])], 2 * width);

    public static byte[] Palette(int width, int height, byte[] colours, byte[] indices) => File(width, height, 8, PaletteType, colours, indices, width);

    private static byte[] File(int width, int height, byte depth, byte type, byte[]? palette, byte[] pixels, int rowBytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            // Each row has its filter, none, before it.
            for (int row = 0; row * rowBytes < pixels.Length; row++)
                zlib.Write([0, .. pixels.AsSpan(row * rowBytes, rowBytes)]);
        }

        return
        [
            0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n',
            .. Chunk("IHDR"u8, [.. IdxBytes.Word(width), .. IdxBytes.Word(height), depth, type, 0, 0, 0]),
            .. palette is null ? [] : Chunk("PLTE"u8, palette),
            .. Chunk("IDAT"u8, packed.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> name, byte[] content)
        => [.. IdxBytes.Word(content.Length), .. name, .. content, .. IdxBytes.Word((int)Crc32([.. name, .. content]))];

    /// <summary>CRC-32 of the PNG specification, annex D, bit by bit.</summary>
    private static uint Crc32(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        return ~crc;
    }
}
