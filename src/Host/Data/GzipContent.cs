using System.Buffers.Binary;
using System.IO.Compression;

namespace GpuCgan.Host.Data;

/// <summary>
/// Unpacks a gzip file (RFC 1952) of one member, whole or not at all. <see cref="GZipStream"/> checks the checksum, but takes a truncated
/// stream for a short one and overlooks what follows the end, so the content's length is compared with the last 4 bytes of the file here.
/// </summary>
internal static class GzipContent
{
    // Deflate makes at most 1032 bytes of one (258 bytes from two bits), so a small file cannot ask for much memory.
    private const int MaxRatio = 1032;
    private const int LengthBytes = sizeof(uint);
    private const int SmallestFile = 18;

    public static bool IsGzip(ReadOnlySpan<byte> start) => start.Length >= 2 && start[0] == 0x1f && start[1] == 0x8b;

    /// <param name="packed">The whole file, seekable.</param>
    /// <param name="maxBytes">The longest content that is accepted.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InvalidDataException">Truncated, damaged, over-long, or of several members.</exception>
    public static byte[] Unpack(Stream packed, int maxBytes, string source)
    {
        if (packed.Length < SmallestFile)
            throw Bad(source, $"file is {packed.Length} bytes", $"at least {SmallestFile}");

        Span<byte> trailer = stackalloc byte[LengthBytes];
        packed.Position = packed.Length - LengthBytes;
        packed.ReadExactly(trailer);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(trailer);
        long possible = Math.Min(maxBytes, packed.Length * MaxRatio);
        if (length > possible)
            throw Bad(source, $"length in the trailer is {length}", $"at most {possible} for {packed.Length} packed bytes");

        packed.Position = 0;
        byte[] content = new byte[length];
        using GZipStream unpacking = new(packed, CompressionMode.Decompress, leaveOpen: true);
        int found;
        bool more;
        try
        {
            found = unpacking.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            more = unpacking.ReadByte() >= 0;
        }
        catch (InvalidDataException)
        {
            throw Bad(source, "packed data is damaged", "a deflate stream and its checksum");
        }

        if (more || found != content.Length)
            throw Bad(source, $"length in the trailer is {length}", more ? "more, by the packed data" : $"{found}, by the packed data");
        return content;
    }

    private static InvalidDataException Bad(string source, string found, string expected)
        => new($"{source}: gzip {found}, expected {expected} (truncated, damaged, or with something appended); get the file again");
}
