using System.Security.Cryptography;
using System.Text;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// The SHA-256 of a safetensors file, kept in the file's own metadata: of all its bytes, with the 64 digits of the value itself read as zeros. A torn file shows in its
/// length; this shows every other damage, in the tensors and in the header.
/// </summary>
internal static class FileDigest
{
    /// <summary>The metadata field.</summary>
    public const string Field = "file_sha256";

    /// <summary>What stands for the value while the file is hashed.</summary>
    public static readonly string Blank = new('0', SHA256.HashSizeInBytes * 2);

    // A quote inside a JSON string is escaped, so in a header these bytes begin nothing but the field.
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes($"\"{Field}\":\"");

    /// <summary>The digits of the value in a header, or an empty span where the field is not there or not as we write it.</summary>
    public static Span<byte> Digits(Span<byte> header)
    {
        int at = header.IndexOf(Mark);
        return at < 0 || at + Mark.Length + Blank.Length > header.Length ? [] : header.Slice(at + Mark.Length, Blank.Length);
    }
}
