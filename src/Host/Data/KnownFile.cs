using System.Security.Cryptography;

namespace GpuCgan.Host.Data;

/// <summary>One file of a well-known data set, as its mirrors have it and unpacked.</summary>
/// <param name="Name">Its name when unpacked; the mirrors append <c>.gz</c>.</param>
/// <param name="Bytes">Length unpacked.</param>
/// <param name="Sha256">Of the unpacked bytes, lower-case hexadecimal. It tells the file whatever packed it, and however often.</param>
/// <param name="PackedBytes">Length of the mirrors' gzip file.</param>
/// <param name="PackedSha256">Of the mirrors' gzip file, lower-case hexadecimal.</param>
public sealed record KnownFile(string Name, long Bytes, string Sha256, long PackedBytes, string PackedSha256)
{
    /// <summary>The file's name on a mirror and after a download.</summary>
    public string PackedName => Name + ".gz";

    /// <summary>Whether these unpacked bytes are the file's.</summary>
    public bool Is(ReadOnlySpan<byte> content) => content.Length == Bytes && Convert.ToHexStringLower(SHA256.HashData(content)) == Sha256;
}
