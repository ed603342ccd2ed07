using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Csv;
using GpuCgan.Kernels.Tests;

namespace GpuCgan.Host.Tests.Data;

public sealed class DataPropertyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static byte[] Drawn(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static readonly Gen<(int Count, int Height, int Width, int Seed, bool IsPacked)> Images =
        from extents in Gen.Choose(1, 12).Three()
        from seed in Gen.Choose(0, int.MaxValue)
        from isPacked in Gen.Elements(true, false)
        select (extents.Item1, extents.Item2, extents.Item3, seed, isPacked);

    [Fact]
    public void Idx_files_come_back_plain_and_packed() => Law.Holds(Images, 150, images =>
    {
        string path = folder.Entry("a"), labelsPath = folder.Entry("b");
        byte[] pixels = Drawn(images.Seed, images.Count * images.Height * images.Width), labels = Drawn(images.Seed + 1, images.Count);
        IdxFile.WriteImages(path, pixels, images.Count, images.Height, images.Width);
        IdxFile.WriteLabels(labelsPath, labels);
        if (images.IsPacked)
        {
            File.WriteAllBytes(path, Packed(File.ReadAllBytes(path)));
            File.WriteAllBytes(labelsPath, Packed(File.ReadAllBytes(labelsPath)));
        }

        IdxImages read = IdxFile.ReadImages(path);
        Assert.Equal((images.Count, images.Height, images.Width), (read.Count, read.Height, read.Width));
        Assert.Equal(pixels, read.Pixels.ToArray());
        Assert.Equal(labels, IdxFile.ReadLabels(labelsPath).ToArray());
    });

    [Fact]
    public void What_is_packed_is_unpacked_at_every_level() => Law.Holds(
        from level in Gen.Elements(CompressionLevel.NoCompression, CompressionLevel.Fastest, CompressionLevel.SmallestSize)
        from length in Gen.Frequency((3, Gen.Choose(0, 400)), (1, Gen.Choose(60_000, 140_000)))
        from seed in Gen.Choose(0, int.MaxValue)
        from letters in Gen.Choose(1, 256)
        select (level, length, seed, letters),
        80, drawn =>
    {
        byte[] content = [.. Drawn(drawn.seed, drawn.length).Select(b => (byte)(b % drawn.letters))];
        using MemoryStream packed = new(Packed(content, drawn.level));
        Assert.Equal(content, GzipContent.Unpack(packed, 1 << 20, "a.gz"));
    });

    [Fact]
    public void Any_bytes_are_unpacked_or_refused() => Law.Holds(
        from start in Gen.Elements<byte[]>([], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
        from rest in ArbMap.Default.GeneratorFor<byte[]>()
        select (byte[])[.. start, .. rest],
        300, bytes => Refused("a.gz: ", () =>
        {
            using MemoryStream packed = new(bytes);
            GzipContent.Unpack(packed, 1 << 20, "a.gz");
        }));

    private sealed record Table(byte[][] Rows, int[] Labels, CsvDelimiter Delimiter, bool HasHeader, bool LabelIsFirst, string LineEnd, bool IsQuoted, int Height, int Width);

    private static readonly Gen<Table> Tables =
        from sides in Gen.Choose(1, 5).Two()
        from count in Gen.Choose(2, 20)
        from delimiter in Gen.Elements(CsvDelimiter.All.Where(d => d != CsvDelimiter.Space))
        from flags in Gen.Elements(true, false).Three()
        from lineEnd in Gen.Elements("\n", "\r\n")
        from seed in Gen.Choose(0, int.MaxValue)
        select new Table(
            [.. Enumerable.Range(0, count).Select(row => Drawn(seed + row, sides.Item1 * sides.Item2))], [.. Enumerable.Range(0, count).Select(row => (row + (seed % 7)) % Math.Min(count, 3))],
            delimiter, flags.Item1, flags.Item2, lineEnd, flags.Item3, sides.Item1, sides.Item2);

    [Fact]
    public void A_table_of_pixels_comes_back_however_it_is_written() => Law.Holds(Tables, 150, table =>
    {
        string separator = ((char)table.Delimiter.Byte).ToString();
        string Field(object value) => table.IsQuoted ? $"\"{value}\"" : $"{value}";
        IEnumerable<string> Fields(IEnumerable<object> pixels, object label) => table.LabelIsFirst ? pixels.Prepend(label).Select(Field) : pixels.Append(label).Select(Field);
        var lines = table.Rows.Zip(table.Labels, (row, label) => string.Join(separator, Fields(row.Cast<object>(), label)));
        if (table.HasHeader)
            lines = lines.Prepend(string.Join(separator, Fields(table.Rows[0].Select((_, i) => (object)$"p{i}"), "label")));
        string path = folder.Entry("a.csv");
        File.WriteAllText(path, string.Join(table.LineEnd, lines) + table.LineEnd);
        CsvForm form = new(table.Delimiter, table.HasHeader, table.LabelIsFirst ? CsvLabel.First : CsvLabel.Last, new CsvRange(0, 255), new CsvShape(new ImageSize(table.Height, table.Width), 1, false));
        ImageDataSet set = CsvDataSet.Load("own", path, form);
        Assert.Equal((table.Rows.Length, table.Height, table.Width), (set.Count, set.Height, set.Width));
        Assert.Equal(table.Rows.SelectMany(row => row), set.Pixels.ToArray());
        Assert.Equal(table.Labels.Select(label => $"{label}"), set.Labels.ToArray().Select(label => set.ClassNames[label]));
    });

    [Fact]
    public void Any_text_is_a_table_or_refused() => Law.Holds(
        from fields in Gen.Elements("0", "1", "255", "0.5", "-1", "1e999", "NaN", "a", "\"a", "\"\"", "\u001b", "é", "", " ", "label").ArrayOf(3).ArrayOf(4)
        from separator in Gen.Elements(",", ";", "\t", " ", "|", "\0")
        from end in Gen.Elements("\n", "\r\n", "\r", "")
        select string.Join(end, fields.Select(row => string.Join(separator, row))) + end,
        400, text =>
    {
        string path = folder.Entry("a.csv");
        File.WriteAllText(path, text);
        Refused(path, () => CsvDataSet.Load("own", path, CsvForm.Inferred));
    });

    /// <summary>What is not read is refused in one line that begins with the file.</summary>
    private static void Refused(string start, Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith(start, e.Message);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    }

    private static byte[] Packed(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, level, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }
}
