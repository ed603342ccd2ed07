using System.Buffers.Binary;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Data;

/// <summary>
/// The IDX format of MNIST (Y. LeCun, C. Cortes, C. Burges): big-endian magic and extents, then unsigned bytes. Read plain or
/// gzipped, told apart by the content; what the header announces must be what the file holds, to the byte.
/// </summary>
public static class IdxFile
{
    private const int ImagesMagic = 0x00000803;
    private const int LabelsMagic = 0x00000801;
    private const int WordBytes = sizeof(int);
    private const int ImagesHeaderBytes = 4 * WordBytes;
    private const int LabelsHeaderBytes = 2 * WordBytes;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Not an IDX file of images, or not a whole one.</exception>
    public static IdxImages ReadImages(string path) => ParseImages(path, ReadContent(path));

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Not an IDX file of labels, or not a whole one.</exception>
    public static ReadOnlyMemory<byte> ReadLabels(string path) => ParseLabels(path, ReadContent(path));

    /// <summary>The unpacked bytes of an IDX file.</summary>
    internal static byte[] ReadContent(string path) => StoredFile.Read(path, "an IDX file");

    /// <inheritdoc cref="ReadImages"/>
    internal static IdxImages ParseImages(string path, byte[] content)
    {
        CheckMagic(path, content, ImagesMagic, "images", ImagesHeaderBytes);
        int count = Extent(path, content, 1, "count");
        int height = Extent(path, content, 2, "height");
        int width = Extent(path, content, 3, "width");
        CheckLength(path, content, ImagesHeaderBytes + (Int128)count * height * width, $"{count} images of {height}x{width}");
        return new IdxImages(count, height, width, content.AsMemory(ImagesHeaderBytes));
    }

    /// <inheritdoc cref="ReadLabels"/>
    internal static ReadOnlyMemory<byte> ParseLabels(string path, byte[] content)
    {
        CheckMagic(path, content, LabelsMagic, "labels", LabelsHeaderBytes);
        int count = Extent(path, content, 1, "count");
        CheckLength(path, content, LabelsHeaderBytes + (Int128)count, $"{count} labels");
        return content.AsMemory(LabelsHeaderBytes);
    }

    /// <summary>Writes pixels [count, height, width] as a plain IDX file of images.</summary>
    public static void WriteImages(string path, ReadOnlyMemory<byte> pixels, int count, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (pixels.Length != (Int128)count * height * width)
            throw new ArgumentException($"{count} images of {height}x{width} do not take {pixels.Length} bytes", nameof(pixels));
        Write(path, [ImagesMagic, count, height, width], pixels);
    }

    /// <summary>Writes labels as a plain IDX file.</summary>
    public static void WriteLabels(string path, ReadOnlyMemory<byte> labels)
    {
        if (labels.Length == 0)
            throw new ArgumentException("there are no labels to write", nameof(labels));
        Write(path, [LabelsMagic, labels.Length], labels);
    }

    private static void Write(string path, int[] header, ReadOnlyMemory<byte> content) => AtomicFile.Write(path, stream =>
    {
        Span<byte> word = stackalloc byte[WordBytes];
        foreach (int value in header)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, value);
            stream.Write(word);
        }

        stream.Write(content.Span);
    });

    private static void CheckMagic(string path, byte[] content, int expected, string what, int headerBytes)
    {
        if (content.Length >= WordBytes && Word(content, 0) is int magic && magic != expected)
        {
            string advice = magic is ImagesMagic or LabelsMagic ? "images and labels are swapped" : "use an IDX file of unsigned bytes, plain or gzipped";
            throw Bad(path, $"magic is 0x{magic:x8}", $"0x{expected:x8} ({what})", advice);
        }

        if (content.Length < headerBytes)
            throw Bad(path, $"header is {content.Length} bytes", $"{headerBytes} for {what}", "the file is truncated: get it again");
    }

    private static int Extent(string path, byte[] content, int index, string field)
    {
        int value = Word(content, index);
        return value > 0 ? value : throw Bad(path, $"{field} is {value}", $"1 to {int.MaxValue}", "the file is damaged: get it again");
    }

    private static void CheckLength(string path, byte[] content, Int128 expected, string what)
    {
        if (expected > StoredFile.MaxBytes)
            throw Bad(path, $"header announces {what}", $"at most {StoredFile.MaxBytes} bytes in all", "the file is damaged, or use a smaller data set");
        if (content.Length != expected)
        {
            string fault = content.Length < expected ? "truncated" : "too long";
            throw Bad(path, $"content is {content.Length} bytes", $"{expected} for the {what} of its header", $"the file is {fault}: get it again");
        }
    }

    private static int Word(byte[] content, int index) => BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(index * WordBytes));

    private static InvalidDataException Bad(string path, string found, string expected, string advice)
        => new($"{path}: {found}, expected {expected}; {advice}");
}
