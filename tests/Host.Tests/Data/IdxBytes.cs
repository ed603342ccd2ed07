using System.IO.Compression;

namespace GpuCgan.Host.Tests.Data;

/// <summary>IDX and gzip files put together by hand, independently of the code under test.</summary>
internal static class IdxBytes
{
    public static byte[] Images(int count, int height, int width, int salt = 0)
        => [0, 0, 8, 3, .. Word(count), .. Word(height), .. Word(width), .. Enumerable.Range(salt, count * height * width).Select(i => (byte)(i * 7))];

    public static byte[] Labels(params byte[] labels) => [0, 0, 8, 1, .. Word(labels.Length), .. labels];

    public static byte[] Word(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream packing = new(packed, CompressionLevel.Optimal, leaveOpen: true))
            packing.Write(content);
        return packed.ToArray();
    }
}
