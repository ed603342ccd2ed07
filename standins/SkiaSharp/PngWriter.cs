using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SkiaSharp;

/// <summary>Writes PNG of 8 bits a channel: gray, RGB where the bitmap is opaque, RGBA otherwise.</summary>
internal static class PngWriter
{
    public static SKData Write(SKBitmap bitmap)
    {
        bool gray = bitmap.ColorType == SKColorType.Gray8;
        int channels = gray ? 1 : bitmap.Info.IsOpaque ? 3 : 4;
        using var file = new MemoryStream();
        file.Write(PngReader.Signature);

        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, bitmap.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], bitmap.Height);
        header[8] = 8;
        header[9] = (byte)(gray ? 0 : channels == 3 ? 2 : 6);
        WriteChunk(file, "IHDR", header);

        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            WriteRows(zlib, bitmap, channels);
        WriteChunk(file, "IDAT", compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        WriteChunk(file, "IEND", []);
        return new SKData(file.ToArray());
    }

    private static void WriteRows(ZLibStream zlib, SKBitmap bitmap, int channels)
    {
        int length = bitmap.Width * channels;
        byte[] row = new byte[length], above = new byte[length], trial = new byte[length], best = new byte[length], zeros = new byte[length];
        for (int y = 0; y < bitmap.Height; y++)
        {
            for (int x = 0; x < bitmap.Width; x++)
            {
                SKColor c = bitmap.Load(x, y).ToColor();
                Span<byte> p = row.AsSpan(x * channels, channels);
                p[0] = c.Red;
                if (channels >= 3) (p[1], p[2]) = (c.Green, c.Blue);
                if (channels == 4) p[3] = c.Alpha;
            }
            // A row like the one above, of which drawings are full, is all zeros under Up: nothing can be smaller.
            if (row.AsSpan().SequenceEqual(above))
            {
                zlib.WriteByte(PngFilter.Up);
                zlib.Write(zeros);
                continue;
            }
            // The smallest sum of differences taken as signed: the rule the specification suggests (section 12.8).
            int chosen = 0;
            long least = long.MaxValue;
            for (int filter = 0; filter < PngFilter.Count; filter++)
            {
                PngFilter.Apply(filter, row, above, channels, trial);
                long sum = 0;
                foreach (byte b in trial) sum += Math.Abs((int)(sbyte)b);
                if (sum >= least) continue;
                (least, chosen) = (sum, filter);
                (trial, best) = (best, trial);
            }
            zlib.WriteByte((byte)chosen);
            zlib.Write(best);
            (row, above) = (above, row);
        }
    }

    private static void WriteChunk(MemoryStream file, string type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.Of(chunk.AsSpan(4, 4 + data.Length)));
        file.Write(chunk);
    }
}
