using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace GpuCgan.Host.Tests.Rendering;

/// <summary>
/// Takes an animated PNG apart by the specification (PNG, third edition), with nothing of the writer: chunks with their checksums bit by bit, sequence numbers, frames' controls and pixels.
/// </summary>
internal sealed class ApngReader
{
    public ApngReader(byte[] file)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], file[..8]);
        uint sequence = 0;
        MemoryStream? data = null;
        for (int at = 8; at < file.Length;)
        {
            int length = Int(file, at);
            string type = Encoding.ASCII.GetString(file, at + 4, 4);
            byte[] content = file[(at + 8)..(at + 8 + length)];
            Assert.Equal(Crc(file.AsSpan(at + 4, length + 4)), (uint)Int(file, at + 8 + length));
            Chunks.Add(type);
            switch (type)
            {
                case "IHDR":
                    (Width, Height) = (Int(content, 0), Int(content, 4));
                    Assert.Equal([8, 2, 0, 0, 0], content[8..]);
                    break;
                case "acTL":
                    (Announced, Plays) = (Int(content, 0), Int(content, 4));
                    break;
                case "fcTL":
                    Assert.Equal(26, length);
                    Assert.Equal(sequence++, (uint)Int(content, 0));
                    Assert.Equal([Width, Height, 0, 0], new[] { Int(content, 4), Int(content, 8), Int(content, 12), Int(content, 16) });
                    Delays.Add(BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(20)) / (double)BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(22)));
                    Assert.Equal([0, 0], content[24..]);
                    Take(data);
                    data = new MemoryStream();
                    break;
                case "IDAT":
                    Assert.Empty(Frames);
                    data!.Write(content);
                    break;
                case "fdAT":
                    Assert.Equal(sequence++, (uint)Int(content, 0));
                    data!.Write(content.AsSpan(4));
                    break;
                case "IEND":
                    Assert.Equal((0, file.Length), (length, at + 12));
                    Take(data);
                    break;
                default:
                    Assert.Fail($"a chunk '{type}'");
                    break;
            }
            at += length + 12;
        }
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Frames that the file says it has.</summary>
    public int Announced { get; }

    public int Plays { get; }

    public List<string> Chunks { get; } = [];

    /// <summary>In seconds.</summary>
    public List<double> Delays { get; } = [];

    /// <summary>[height, width, 3].</summary>
    public List<byte[]> Frames { get; } = [];

    private static int Int(byte[] bytes, int at) => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }
        return crc ^ 0xFFFFFFFF;
    }

    private void Take(MemoryStream? data)
    {
        if (data is null)
            return;
        data.Position = 0;
        using var zlib = new ZLibStream(data, CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        byte[] rows = raw.ToArray();
        int stride = 3 * Width;
        Assert.Equal((stride + 1) * Height, rows.Length);
        var pixels = new byte[stride * Height];
        for (int y = 0; y < Height; y++)
        {
            int filter = rows[y * (stride + 1)];
            for (int x = 0; x < stride; x++)
            {
                int left = x < 3 ? 0 : pixels[(y * stride) + x - 3], up = y == 0 ? 0 : pixels[((y - 1) * stride) + x];
                int predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => throw new InvalidDataException($"filter {filter}") };
                pixels[(y * stride) + x] = (byte)(rows[(y * (stride + 1)) + 1 + x] + predicted);
            }
        }
        Frames.Add(pixels);
    }
}
