using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// A safetensors file, open for reading: 8 bytes of little-endian header length, a JSON header, the data.
/// Source: the format's description in the safetensors project (Hugging Face). Nothing in such a file is executed.
/// </summary>
/// <remarks>
/// Opening checks the whole header against the size of the file; memory taken is a small multiple of the header, which lies
/// inside the file and is at most <see cref="MaxHeaderBytes"/>. Reading goes straight into the caller's span. One instance is for one thread at a time.
/// </remarks>
public sealed class SafeTensorsFile : IDisposable
{
    /// <summary>The longest header that is accepted, in bytes; the format's own bound.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    private const int LengthBytes = sizeof(ulong);

    // Bounds the bytes of one read, and keeps the byte length of a slice inside an int.
    private const int ElementsPerRead = 1 << 24;

    private const int BytesPerHash = 1 << 20;

    private readonly SafeFileHandle handle;
    private readonly long dataStart;
    private readonly SafeTensorsHeader header;
    private readonly Dictionary<string, SafeTensorsEntry> byName;

    private SafeTensorsFile(string path, SafeFileHandle handle)
    {
        Path = path;
        this.handle = handle;
        long fileBytes = RandomAccess.GetLength(handle);
        if (fileBytes < LengthBytes)
            throw Bad(path, "header length", $"is cut short: the file has {fileBytes} bytes", $"at least {LengthBytes}");

        Span<byte> prefix = stackalloc byte[LengthBytes];
        Fill(prefix, 0);
        ulong headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerBytes > MaxHeaderBytes)
            throw Bad(path, "header length", $"is {headerBytes}", $"at most {MaxHeaderBytes} (is this a safetensors file?)");
        if (headerBytes > (ulong)(fileBytes - LengthBytes))
            throw Bad(path, "header length", $"is {headerBytes}", $"at most {fileBytes - LengthBytes}, the bytes that follow it (the file is truncated)");

        byte[] json = new byte[headerBytes];
        Fill(json, LengthBytes);
        dataStart = LengthBytes + json.Length;
        header = SafeTensorsHeader.Parse(path, json, fileBytes - dataStart);
        byName = header.Tensors.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    /// <summary>The path the file was opened by.</summary>
    public string Path { get; }

    /// <summary>The free text of the header's <c>__metadata__</c>; empty when it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafeTensorsEntry> Tensors => header.Tensors;

    /// <summary>Opens a file and checks all of its header.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file breaks a rule of the format; one line names file, field, value and what was expected.</exception>
    public static SafeTensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            string found = Directory.Exists(path) ? "is a folder" : "does not exist";
            throw new FileNotFoundException($"{path}: {found}, expected a safetensors file; check the path", path);
        }

        SafeFileHandle handle = File.OpenHandle(path);
        try
        {
            return new SafeTensorsFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>The metadata under <paramref name="key"/>.</summary>
    /// <exception cref="InvalidDataException">The file has none.</exception>
    public string RequiredMetadata(string key)
        => Metadata.TryGetValue(key, out string? value) ? value : throw Bad(Path, $"{SafeTensorsHeader.MetadataName} {QuotedText.Of(key)}", "is missing", "a string");

    /// <summary>Reads a tensor of whatever shape that has as many elements as <paramref name="destination"/>.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it is of another type or number of elements.</exception>
    public void Read<T>(string name, Span<T> destination)
        where T : unmanaged
    {
        SafeTensorsEntry entry = Find<T>(name);
        if (entry.Length != destination.Length)
            throw Mismatch(entry, $"{destination.Length} elements");
        Fill(entry, destination);
    }

    /// <summary>Reads a tensor that must have the given shape, whose product is the length of <paramref name="destination"/>.</summary>
    /// <exception cref="InvalidDataException">The file has no such tensor, or it is of another type or shape.</exception>
    public void Read<T>(string name, ReadOnlySpan<long> shape, Span<T> destination)
        where T : unmanaged
    {
        SafeTensorsEntry entry = Find<T>(name);
        if (!shape.SequenceEqual(entry.Shape.ToArray()))
            throw Mismatch(entry, $"[{string.Join(", ", shape.ToArray())}]");
        if (entry.Length != destination.Length)
            throw new ArgumentException($"{destination.Length} elements do not hold the shape [{string.Join(", ", entry.Shape)}]", nameof(destination));
        Fill(entry, destination);
    }

    /// <summary>Reads the whole file and compares its SHA-256 with the one in its metadata, where there is one.</summary>
    /// <exception cref="InvalidDataException">They differ.</exception>
    public void CheckDigest()
    {
        if (!Metadata.TryGetValue(FileDigest.Field, out string? expected))
            return;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] head = new byte[dataStart];
        Fill(head, 0);
        FileDigest.Digits(head).Fill((byte)'0');
        hash.AppendData(head);
        long end = RandomAccess.GetLength(handle);
        byte[] block = new byte[Math.Min(BytesPerHash, end - dataStart)];
        for (long at = dataStart; at < end; at += block.Length)
        {
            Span<byte> bytes = block.AsSpan(0, (int)Math.Min(block.Length, end - at));
            Fill(bytes, at);
            hash.AppendData(bytes);
        }

        string found = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (found != expected)
            throw Bad(Path, "content", $"has the SHA-256 {found[..12]}…", $"{QuotedText.Of(expected)}, which the file holds of itself (it is damaged)");
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    internal static InvalidDataException Bad(string file, string field, string found, string expected)
        => new($"{file}: {field} {found}, expected {expected}; take an earlier checkpoint or a fresh copy of the file");

    private InvalidDataException Mismatch(SafeTensorsEntry entry, string expected)
        => new($"{Path}: tensor {QuotedText.Of(entry.Name)} has shape [{string.Join(", ", entry.Shape)}], expected {expected}; the file belongs to another network: use the recipe it was trained with");

    private SafeTensorsEntry Find<T>(string name)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(name);
        SafeTensorsType type = SafeTensorsTypes.Of<T>();
        if (!byName.TryGetValue(name, out SafeTensorsEntry? entry))
            throw new InvalidDataException($"{Path}: tensor {QuotedText.Of(name)} is missing, expected it among the {byName.Count} tensors of the file; use the recipe it was trained with");
        if (entry.Type != type)
            throw new InvalidDataException($"{Path}: tensor {QuotedText.Of(name)} has dtype {entry.Type}, expected {type}; use the recipe it was trained with");
        return entry;
    }

    private void Fill<T>(SafeTensorsEntry entry, Span<T> destination)
        where T : unmanaged
    {
        long at = dataStart + entry.Offset;
        while (destination.Length > 0)
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(destination[..Math.Min(destination.Length, ElementsPerRead)]);
            Fill(bytes, at);
            at += bytes.Length;
            destination = destination[(bytes.Length / entry.Type.Size())..];
        }
    }

    private void Fill(Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
                throw Bad(Path, "data", $"ends at byte {offset}", $"{bytes.Length} more (the file shrank while it was read)");
            bytes = bytes[read..];
            offset += read;
        }
    }
}
