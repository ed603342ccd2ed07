namespace GpuCgan.Host.Data;

/// <summary>Reads a data file whole, plain or gzipped, told apart by its content.</summary>
internal static class StoredFile
{
    /// <summary>The largest file, packed or unpacked, that is read: 1 GiB. MNIST's is 47 MB.</summary>
    public const int MaxBytes = 1 << 30;

    /// <param name="path">The file.</param>
    /// <param name="kind">What was expected there, for messages, such as "an IDX file".</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Too large, or a damaged gzip file.</exception>
    public static byte[] Read(string path, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path}: there is no such file, expected {kind}; check the path", path);
        using FileStream stream = File.OpenRead(path);
        if (stream.Length > MaxBytes)
            throw new InvalidDataException($"{path}: file is {stream.Length} bytes, expected at most {MaxBytes}; use a smaller data set");

        Span<byte> start = stackalloc byte[2];
        if (GzipContent.IsGzip(start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)]))
            return GzipContent.Unpack(stream, MaxBytes, path);
        byte[] content = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(content);
        return content;
    }
}
