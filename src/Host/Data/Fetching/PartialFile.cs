using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace GpuCgan.Host.Data.Fetching;

/// <summary>
/// What has arrived of a file so far, under a name of its own beside the final one, and what the server called that version (its entity tag), so that the rest can be
/// asked for later, by another process too. Only one process may have it open.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    public const string Suffix = ".part";
    public const string TagSuffix = ".part.tag";

    // An address and a tag, a line each; a header is shorter than this.
    private const int MaxTagBytes = 16 << 10;

    private readonly string finalPath;
    private readonly FileStream stream;

    private PartialFile(string finalPath, FileStream stream) => (this.finalPath, this.stream) = (finalPath, stream);

    /// <summary>Bytes that are here.</summary>
    public long Length => stream.Length;

    /// <exception cref="IOException">Another process is downloading the same file, or the folder cannot be written.</exception>
    public static PartialFile Open(string finalPath)
    {
        string path = finalPath + Suffix;
        try
        {
            return new PartialFile(finalPath, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"{path}: the file is in use ({e.Message}), expected to be the only download of it; wait for the other one", e);
        }
    }

    /// <summary>The strong entity tag under which the bytes that are here came from an address; null where there was none or they came from elsewhere.</summary>
    public string? TagOf(Uri address)
    {
        FileInfo file = new(finalPath + TagSuffix);
        if (!file.Exists || file.Length > MaxTagBytes)
            return null;
        string[] lines = File.ReadAllLines(file.FullName);
        bool isKnown = lines.Length == 2 && lines[0] == address.AbsoluteUri && EntityTagHeaderValue.TryParse(lines[1], out EntityTagHeaderValue? tag) && !tag.IsWeak;
        return isKnown ? lines[1] : null;
    }

    /// <summary>Drops what is here and starts again with what comes from an address.</summary>
    /// <param name="address">Where it will come from; null where that is not known yet.</param>
    /// <param name="strongTag">Its strong entity tag, or null where the server gives none.</param>
    public void Restart(Uri? address, string? strongTag)
    {
        stream.SetLength(0);
        if (address is null || strongTag is null)
            File.Delete(finalPath + TagSuffix);
        else
            File.WriteAllText(finalPath + TagSuffix, $"{address.AbsoluteUri}\n{strongTag}\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        stream.Position = stream.Length;
        stream.Write(bytes);
    }

    /// <summary>SHA-256 of what is here, lower-case hexadecimal.</summary>
    public string Sha256()
    {
        stream.Position = 0;
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Gives the file its final name.</summary>
    public void Finish()
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(finalPath + Suffix, finalPath, overwrite: true);
        File.Delete(finalPath + TagSuffix);
    }

    /// <summary>Closes the file; what has arrived stays for another time.</summary>
    public void Dispose()
    {
        bool isEmpty = stream.CanRead && stream.Length == 0;
        stream.Dispose();
        if (isEmpty)
            File.Delete(finalPath + Suffix);
    }
}
