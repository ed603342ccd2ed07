using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// Collects tensors and metadata and writes them as one safetensors file. The same calls give the same bytes.
/// </summary>
/// <remarks>
/// The data lies in the order of declaration, wider element types first: with the header padded to 8 bytes, every tensor is
/// then aligned to its element size without a hole, as the format's own library does it, and a file of one type keeps the declared order.
/// </remarks>
public sealed class SafeTensorsWriter
{
    private const int HeaderAlignment = 8;

    // Bounds the bytes of one write, and keeps the byte length of a slice inside an int.
    private const int ElementsPerWrite = 1 << 24;

    private readonly List<Declaration> declarations = [];
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly List<KeyValuePair<string, string>> metadata = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);

    /// <summary>Adds free text to the header's <c>__metadata__</c>.</summary>
    /// <exception cref="ArgumentException">The key was added before.</exception>
    public void AddMetadata(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        if (!keys.Add(key) || key == FileDigest.Field)
            throw new ArgumentException($"metadata '{key}' was added twice", nameof(key));
        metadata.Add(new(key, value));
    }

    /// <summary>Adds a tensor. Its values are read when the file is written, not before.</summary>
    /// <param name="name">A name that the file does not have yet.</param>
    /// <param name="shape">The extents, outermost first; empty for a scalar.</param>
    /// <param name="values">As many values as the product of <paramref name="shape"/>, row-major.</param>
    /// <typeparam name="T">float, int, long or byte.</typeparam>
    /// <exception cref="ArgumentException">The name is taken or reserved, the shape does not hold the values, or the type is another.</exception>
    public void Add<T>(string name, ReadOnlySpan<long> shape, ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        SafeTensorsType type = SafeTensorsTypes.Of<T>();
        long product = 1;
        foreach (long extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            product = checked(product * extent);
        }

        if (product != values.Length)
            throw new ArgumentException($"tensor '{name}' of shape [{string.Join(", ", shape.ToArray())}] holds {product} values, {values.Length} were given", nameof(values));
        if (name == SafeTensorsHeader.MetadataName)
            throw new ArgumentException($"the format reserves the name '{name}'", nameof(name));
        if (!names.Add(name))
            throw new ArgumentException($"tensor '{name}' was added twice", nameof(name));
        declarations.Add(new Declaration(name, type, shape.ToArray(), product * type.Size(), stream => WriteValues(stream, values.Span)));
    }

    /// <summary>Writes the file under a temporary name, flushes it to the disk and renames it (<see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file.</param>
    /// <param name="withDigest">Whether the metadata gets the file's own SHA-256 (<see cref="SafeTensorsFile.CheckDigest"/>).</param>
    public void Write(string path, bool withDigest = false)
    {
        // OrderByDescending is stable: equal sizes keep the order of declaration.
        Declaration[] ordered = [.. declarations.OrderByDescending(declaration => declaration.Type.Size())];
        byte[] header = Header(ordered, withDigest);
        if (withDigest)
            Encoding.ASCII.GetBytes(Digest(header, ordered)).CopyTo(FileDigest.Digits(header));
        AtomicFile.Write(path, stream => WriteAll(stream, header, ordered));
    }

    private static string Digest(byte[] header, Declaration[] ordered)
    {
        using SHA256 sha = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, sha, CryptoStreamMode.Write))
            WriteAll(stream, header, ordered);
        return Convert.ToHexStringLower(sha.Hash!);
    }

    private static void WriteAll(Stream stream, byte[] header, Declaration[] ordered)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (Declaration declaration in ordered)
            declaration.WriteValues(stream);
    }

    private byte[] Header(Declaration[] ordered, bool withDigest)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata.Count > 0 || withDigest)
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataName);
                foreach ((string key, string value) in metadata)
                    json.WriteString(key, value);
                if (withDigest)
                    json.WriteString(FileDigest.Field, FileDigest.Blank);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (Declaration declaration in ordered)
            {
                json.WriteStartObject(declaration.Name);
                json.WriteString("dtype", declaration.Type.ToString());
                WriteIntegers(json, "shape", declaration.Shape);
                WriteIntegers(json, "data_offsets", [offset, offset + declaration.ByteLength]);
                json.WriteEndObject();
                offset += declaration.ByteLength;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (HeaderAlignment - 1);
        buffer.Write("       "u8[..padding]);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteIntegers(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static void WriteValues<T>(Stream stream, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        while (values.Length > 0)
        {
            ReadOnlySpan<T> slice = values[..Math.Min(values.Length, ElementsPerWrite)];
            stream.Write(MemoryMarshal.AsBytes(slice));
            values = values[slice.Length..];
        }
    }

    private sealed record Declaration(string Name, SafeTensorsType Type, long[] Shape, long ByteLength, Action<Stream> WriteValues);
}
