using GpuCgan.Host.Data;

namespace GpuCgan.Host.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Put(string name, byte[] content)
    {
        string path = folder.Entry(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static string Refusal(string path, Action read)
    {
        string message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.StartsWith(path + ": ", message);
        Assert.DoesNotContain('\n', message);
        Assert.Contains("expected", message);
        return message;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_plain_and_gzipped_by_content_whatever_the_name(bool gzipped)
    {
        byte[] images = IdxBytes.Images(2, 3, 4), labels = IdxBytes.Labels(7, 255, 0);
        IdxImages read = IdxFile.ReadImages(Put("a", gzipped ? IdxBytes.Gzip(images) : images));
        Assert.Equal((2, 3, 4), (read.Count, read.Height, read.Width));
        Assert.Equal(images[16..], read.Pixels.ToArray());
        Assert.Equal([7, 255, 0], IdxFile.ReadLabels(Put("b.gz", gzipped ? IdxBytes.Gzip(labels) : labels)).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_truncation_and_an_appended_byte_is_refused(bool gzipped)
    {
        Try(IdxBytes.Images(2, 3, 2), path => IdxFile.ReadImages(path));
        Try(IdxBytes.Labels(1, 2, 3), path => IdxFile.ReadLabels(path));

        void Try(byte[] content, Action<string> read)
        {
            byte[] file = gzipped ? IdxBytes.Gzip(content) : content;
            read(Put("a", file));
            for (int length = 0; length < file.Length; length++)
                Refused(file[..length]);
            Refused([.. file, 0]);
            if (gzipped)
                Refused(IdxBytes.Gzip([.. content, 0]));

            void Refused(byte[] bytes)
            {
                string path = Put("a", bytes);
                Refusal(path, () => read(path));
            }
        }
    }

    [Fact]
    public void The_fault_of_a_length_is_named()
    {
        string path = Put("i", IdxBytes.Images(2, 3, 2)[..^1]);
        Assert.Contains("content is 27 bytes, expected 28 for the 2 images of 3x2 of its header; the file is truncated", Refusal(path, () => IdxFile.ReadImages(path)));
        path = Put("i", [.. IdxBytes.Images(2, 3, 2), 0]);
        Assert.Contains("content is 29 bytes, expected 28 for the 2 images of 3x2 of its header; the file is too long", Refusal(path, () => IdxFile.ReadImages(path)));
        path = Put("l", [.. IdxBytes.Labels(1, 2), 0]);
        Assert.Contains("content is 11 bytes, expected 10 for the 2 labels", Refusal(path, () => IdxFile.ReadLabels(path)));
        path = Put("l", IdxBytes.Labels(1, 2)[..6]);
        Assert.Contains("header is 6 bytes, expected 8 for labels", Refusal(path, () => IdxFile.ReadLabels(path)));
        path = Put("empty", []);
        Assert.Contains("header is 0 bytes, expected 16 for images", Refusal(path, () => IdxFile.ReadImages(path)));
    }

    [Fact]
    public void A_wrong_magic_is_refused_and_swapped_files_are_recognised()
    {
        string labels = Put("l", IdxBytes.Labels(1, 2)), images = Put("i", IdxBytes.Images(1, 1, 1)), other = Put("o", "PNG and more bytes"u8.ToArray());
        Assert.Contains("magic is 0x00000801, expected 0x00000803 (images); images and labels are swapped", Refusal(labels, () => IdxFile.ReadImages(labels)));
        Assert.Contains("magic is 0x00000803, expected 0x00000801 (labels); images and labels are swapped", Refusal(images, () => IdxFile.ReadLabels(images)));
        Assert.Contains("magic is 0x504e4720, expected 0x00000803 (images); use an IDX file", Refusal(other, () => IdxFile.ReadImages(other)));
    }

    [Theory]
    [InlineData(0, 1, 1, "count is 0")]
    [InlineData(1, 0, 1, "height is 0")]
    [InlineData(1, 1, 0, "width is 0")]
    [InlineData(-1, 1, 1, "count is -1")]
    [InlineData(1, int.MinValue, 1, "height is -2147483648")]
    [InlineData(1, -1, -1, "height is -1")]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, "expected at most 1073741824 bytes")]
    [InlineData(65536, 65536, 4, "expected at most 1073741824 bytes")]
    [InlineData(1 << 30, 1, 1, "expected at most 1073741824 bytes")]
    [InlineData(1000, 1000, 1000, "expected 1000000016")]
    public void Extents_that_cannot_be_are_refused_without_allocating_them(int count, int height, int width, string complaint)
    {
        byte[] header = [0, 0, 8, 3, .. IdxBytes.Word(count), .. IdxBytes.Word(height), .. IdxBytes.Word(width), 1];
        foreach (byte[] content in (byte[][])[header, IdxBytes.Gzip(header)])
        {
            string path = Put("i", content);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(complaint, Refusal(path, () => IdxFile.ReadImages(path)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void Extents_whose_product_is_zero_modulo_two_to_the_64_are_refused()
    {
        string path = Put("i", [0, 0, 8, 3, .. IdxBytes.Word(1 << 30), .. IdxBytes.Word(1 << 30), .. IdxBytes.Word(16)]);
        Assert.Contains("header announces 1073741824 images of 1073741824x16", Refusal(path, () => IdxFile.ReadImages(path)));
    }

    [Theory]
    [InlineData(0, "count is 0")]
    [InlineData(-5, "count is -5")]
    [InlineData(int.MaxValue, "expected at most 1073741824 bytes")]
    public void Counts_of_labels_that_cannot_be_are_refused(int count, string complaint)
    {
        string path = Put("l", [0, 0, 8, 1, .. IdxBytes.Word(count)]);
        Assert.Contains(complaint, Refusal(path, () => IdxFile.ReadLabels(path)));
    }

    [Fact]
    public void A_file_larger_than_the_bound_is_refused_unread()
    {
        string path = folder.Entry("sparse");
        using (FileStream stream = File.Create(path))
            stream.SetLength(StoredFile.MaxBytes + 1L);
        Assert.Contains("file is 1073741825 bytes, expected at most 1073741824", Refusal(path, () => IdxFile.ReadLabels(path)));
    }

    [Fact]
    public void A_missing_file_is_named()
        => Assert.Contains("nowhere: there is no such file", Assert.Throws<FileNotFoundException>(() => IdxFile.ReadImages(folder.Entry("nowhere"))).Message);

    [Fact]
    public void What_is_written_has_the_bytes_of_the_format()
    {
        byte[] images = IdxBytes.Images(3, 2, 5), labels = IdxBytes.Labels(4, 5, 6);
        IdxFile.WriteImages(folder.Entry("i"), images.AsMemory(16), 3, 2, 5);
        IdxFile.WriteLabels(folder.Entry("l"), labels.AsMemory(8));
        Assert.Equal(images, File.ReadAllBytes(folder.Entry("i")));
        Assert.Equal(labels, File.ReadAllBytes(folder.Entry("l")));

        Assert.Throws<ArgumentException>(() => IdxFile.WriteImages(folder.Entry("x"), images, 3, 2, 5));
        Assert.Throws<ArgumentException>(() => IdxFile.WriteLabels(folder.Entry("x"), ReadOnlyMemory<byte>.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => IdxFile.WriteImages(folder.Entry("x"), new byte[0], 0, 2, 5));
        Assert.False(File.Exists(folder.Entry("x")));
    }

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        byte[][] wholes = [IdxBytes.Images(2, 3, 4), IdxBytes.Labels(1, 2, 3), IdxBytes.Gzip(IdxBytes.Images(2, 3, 4)), IdxBytes.Gzip(IdxBytes.Labels(1, 2, 3))];
        for (int seed = 0; seed < 2000; seed++)
        {
            Random random = new(seed);
            byte[] bytes = [.. wholes[seed % wholes.Length]];
            for (int i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            string path = Put("a", bytes[..random.Next(bytes.Length / 2, bytes.Length + 1)]);
            foreach (Action read in (Action[])[() => IdxFile.ReadImages(path), () => IdxFile.ReadLabels(path)])
            {
                try
                {
                    read();
                }
                catch (InvalidDataException e)
                {
                    Assert.True(e.Message.StartsWith(path, StringComparison.Ordinal), $"seed {seed}: {e.Message}");
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed}: {e}");
                }
            }
        }
    }
}
