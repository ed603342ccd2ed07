namespace SkiaSharp;

/// <summary>A block of bytes that does not change.</summary>
public class SKData : SKObject
{
    private readonly byte[] bytes;

    internal SKData(byte[] bytes) => this.bytes = bytes;

    public static SKData Empty { get; } = new([]);

    public long Size => bytes.Length;

    public bool IsEmpty => bytes.Length == 0;

    public static SKData CreateCopy(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new SKData([.. bytes]);
    }

    public static SKData CreateCopy(ReadOnlySpan<byte> bytes) => new(bytes.ToArray());

    /// <summary>The whole of a file, or null where it cannot be read.</summary>
    public static SKData? Create(string filename)
    {
        if (string.IsNullOrEmpty(filename)) throw new ArgumentException("The filename cannot be empty.", nameof(filename));
        try
        {
            return new SKData(File.ReadAllBytes(filename));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is left of a stream.</summary>
    public static SKData? Create(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return new SKData(memory.ToArray());
    }

    public byte[] ToArray() => AsSpan().ToArray();

    public ReadOnlySpan<byte> AsSpan()
    {
        ThrowIfDisposed();
        return bytes;
    }

    public Stream AsStream()
    {
        ThrowIfDisposed();
        return new MemoryStream(bytes, writable: false);
    }

    public void SaveTo(Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        target.Write(AsSpan());
    }
}
