using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GpuCgan.Standins.Tests.SkiaSharp;

/// <summary>Builds PNG files by hand, sharing nothing with the code under test, so that the reader is not its writer's own judge.</summary>
internal sealed class PngBuilder
{
    private readonly MemoryStream file = new();

    public PngBuilder() => file.Write([137, 80, 78, 71, 13, 10, 26, 10]);

    public static PngBuilder WithHeader(int width, int height, int depth, int colorType, int interlace = 0)
    {
        byte[] data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[12]) = ((byte)depth, (byte)colorType, (byte)interlace);
        return new PngBuilder().Chunk("IHDR", data);
    }

    /// <summary>A whole file from rows that already begin with their filter byte.</summary>
    public static byte[] File(int width, int height, int depth, int colorType, byte[] rows, byte[]? palette = null, byte[]? transparency = null, int interlace = 0)
    {
        PngBuilder builder = WithHeader(width, height, depth, colorType, interlace);
        if (palette is not null) builder.Chunk("PLTE", palette);
        if (transparency is not null) builder.Chunk("tRNS", transparency);
        return builder.Chunk("IDAT", Deflate(rows)).End();
    }

    public PngBuilder Chunk(string type, byte[] data, bool damaged = false)
    {
        byte[] head = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, data.Length);
        Encoding.ASCII.GetBytes(type, head.AsSpan(4));
        file.Write(head);
        file.Write(data);
        byte[] check = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc([.. head.AsSpan(4), .. data]) ^ (damaged ? 1u : 0u));
        file.Write(check);
        return this;
    }

    public byte[] End()
    {
        Chunk("IEND", []);
        return file.ToArray();
    }

    public static byte[] Deflate(byte[] rows)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(rows);
        return output.ToArray();
    }

    /// <summary>Bit by bit, as the specification's formula has it.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                uint carry = (crc ^ (uint)(b >> bit)) & 1;
                crc >>= 1;
                if (carry != 0) crc ^= 0xEDB88320;
            }
        }
        return ~crc;
    }
}
