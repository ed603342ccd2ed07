using GpuCgan.Host.Data;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Data.Pictures;

public sealed class PictureFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Put(string file, params SKColor[] pixels) => Put(file, 2, pixels);

    /// <summary>Writes a PNG of <paramref name="width"/> columns.</summary>
    private string Put(string file, int width, SKColor[] pixels)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, pixels.Length / width, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        Span<byte> rgba = bitmap.GetPixelSpan();
        for (int i = 0; i < pixels.Length; i++)
            (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]) = (pixels[i].Red, pixels[i].Green, pixels[i].Blue, pixels[i].Alpha);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100)!;
        return Put(file, png.ToArray());
    }

    private string Put(string file, byte[] content)
    {
        string path = Path.Combine(folder.FullPath, "set", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private TrainTestSplit Load(ImageConversion? conversion = null) => DataSets.Load(new DataRequest(folder.Entry("set"), null) with { Conversion = conversion ?? ImageConversion.None });

    private string Refusal(ImageConversion? conversion = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => Load(conversion)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static SKColor Gray(int level) => new((byte)level, (byte)level, (byte)level);

    /// <summary>Two pictures of two pixels in each of the classes.</summary>
    private void PutClasses(params string[] classes)
    {
        for (int i = 0; i < classes.Length; i++)
        {
            Put($"{classes[i]}/1.png", Gray(10 * i), Gray(10 * i + 1));
            Put($"{classes[i]}/0.png", Gray(10 * i + 2), Gray(10 * i + 3));
        }
    }

    private static byte[][] Images(TrainTestSplit parts) =>
        [.. new[] { parts.Train, parts.Test }.SelectMany(set => Enumerable.Range(0, set.Count).Select(i => (byte[])[(byte)set.Labels.Span[i], .. set.Image(i)])).OrderBy(image => image[0]).ThenBy(image => image[1])];

    [Fact]
    public void Folders_are_classes_and_gray_pictures_have_one_channel()
    {
        PutClasses("dog", "cat", "Ant");
        TrainTestSplit parts = Load();
        Assert.Equal(["Ant", "cat", "dog"], parts.Train.ClassNames);
        Assert.Equal((3, 3, 1, 1, 2, "set"), (parts.Train.Count, parts.Test.Count, parts.Test.Channels, parts.Train.Height, parts.Train.Width, parts.Train.Name));
        Assert.Equal([[0, 20, 21], [0, 22, 23], [1, 10, 11], [1, 12, 13], [2, 0, 1], [2, 2, 3]], Images(parts));
    }

    [Fact]
    public void One_coloured_pixel_anywhere_makes_three_channels_of_all()
    {
        PutClasses("a", "b");
        Put("b/2.png", Gray(5), new SKColor(1, 2, 3));
        TrainTestSplit parts = Load();
        Assert.Equal((3, 3), (parts.Train.Channels, parts.Test.Channels));
        Assert.Contains(Images(parts), image => image.SequenceEqual((byte[])[1, 5, 1, 5, 2, 5, 3]));
        Assert.Contains(Images(parts), image => image.SequenceEqual((byte[])[0, 0, 1, 0, 1, 0, 1]));

        // round(0.299 · 1 + 0.587 · 2 + 0.114 · 3) = round(1.815)
        TrainTestSplit gray = Load(new ImageConversion(null, Grayscale: true));
        Assert.Equal(1, gray.Train.Channels);
        Assert.Contains(Images(gray), image => image.SequenceEqual((byte[])[1, 5, 2]));
    }

    [Fact]
    public void Transparent_parts_are_laid_over_white()
    {
        PutClasses("a");
        Put("a/3.png", new SKColor(200, 100, 0, 0), new SKColor(200, 100, 0, 51));
        // 51 of 255 is a fifth: 0.2 · 200 + 0.8 · 255 and so on.
        Assert.Contains(Images(Load()), image => image.SequenceEqual((byte[])[0, 255, 244, 255, 224, 255, 204]));
    }

    [Fact]
    public void Numbers_as_names_are_in_their_own_order()
    {
        PutClasses("10", "9", "0");
        Assert.Equal(["0", "9", "10"], Load().Train.ClassNames);
        PutClasses("x");
        Assert.Equal(["0", "10", "9", "x"], Load().Train.ClassNames);
    }

    [Fact]
    public void Hidden_files_and_what_file_managers_leave_are_passed_over()
    {
        PutClasses("a", "b");
        Put("a/.DS_Store", [1]);
        Put("a/Thumbs.db", [1]);
        Put("a/desktop.ini", [1]);
        Put(".git/x", [1]);
        Put("README.md", [1]);
        TrainTestSplit parts = Load();
        Assert.Equal((4, 2), (parts.Train.Count + parts.Test.Count, parts.Train.ClassNames.Count));
    }

    [Fact]
    public void Folders_train_and_test_are_the_two_parts()
    {
        Put("train/a/0.png", Gray(1), Gray(1));
        Put("train/b/0.png", Gray(2), Gray(2));
        Put("test/b/0.png", Gray(3), Gray(3));
        TrainTestSplit parts = Load();
        Assert.Equal([0, 1], parts.Train.Labels.ToArray());
        Assert.Equal([1], parts.Test.Labels.ToArray());
        Assert.Equal(["a", "b"], parts.Test.ClassNames);
        Assert.Equal("test: the folder test", parts.Test.SplitNote);

        // Colour in one part makes colour of both.
        Put("test/b/1.png", Gray(3), SKColors.Red);
        Assert.Equal((3, 3), (Load().Train.Channels, Load().Test.Channels));

        Put("test/c/0.png", Gray(3), Gray(3));
        Assert.Contains("test/c: there is no class 'c' in", Refusal().Replace('\\', '/'));
    }

    [Fact]
    public void Two_classes_called_train_and_test_are_two_classes()
    {
        PutClasses("train", "test");
        Assert.Equal(["test", "train"], Load().Train.ClassNames);
    }

    [Fact]
    public void Pictures_of_several_sizes_need_a_size()
    {
        PutClasses("a", "b");
        string odd = Put("b/5.png", 1, [Gray(90), Gray(90), Gray(90)]);
        Assert.StartsWith($"{odd}: the picture is 3x1, expected 1x2 as {Path.Combine(folder.Entry("set"), "a", "0.png")}", Refusal());
        TrainTestSplit parts = Load(new ImageConversion(new ImageSize(2, 2), false));
        Assert.Equal((5, 2, 2), (parts.Train.Count + parts.Test.Count, parts.Train.Height, parts.Train.Width));
        Assert.Contains(Images(parts), image => image.SequenceEqual((byte[])[1, 90, 90, 90, 90]));
    }

    [Fact]
    public void Pictures_above_64_need_a_size_and_huge_ones_are_refused_by_their_header()
    {
        string large = Put("a/0.png", 65, [.. Enumerable.Repeat(Gray(7), 65)]);
        Assert.Contains($"{large}: images are 1x65, expected at most 64x64; convert them with --size 64", Refusal());
        Put("a/1.png", 65, [.. Enumerable.Repeat(Gray(7), 65)]);
        Assert.Equal((8, 8), (Load(new ImageConversion(new ImageSize(8, 8), false)).Train.Height, 8));

        string huge = Put("a/2.png", PngBytes.Gray(60_000, 1000, []));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains($"{huge}: images are 1000x60000, expected at most 4096x4096", Refusal(new ImageConversion(new ImageSize(8, 8), false)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Sixteen_bits_are_cut_to_eight_and_palettes_are_looked_up()
    {
        PutClasses("a");
        Put("a/2.png", PngBytes.Gray16(2, 1, [0x1234, 0xfedc]));
        Put("a/3.png", PngBytes.Palette(2, 1, [0, 0, 0, 200, 200, 200], [1, 0]));
        byte[][] images = Images(Load());
        Assert.Contains(images, image => image.SequenceEqual((byte[])[0, 0x12, 0xfe]));
        Assert.Contains(images, image => image.SequenceEqual((byte[])[0, 200, 0]));
    }

    [Fact]
    public void What_is_no_picture_is_named()
    {
        PutClasses("a", "b");
        string path = Put("b/x.png", [1, 2, 3]);
        Assert.StartsWith($"{path}: the file is no picture that", Refusal());
        File.WriteAllBytes(path, []);
        Assert.StartsWith($"{path}: ", Refusal());
        File.Delete(path);

        string text = Put("b/notes.txt", [1]);
        Assert.StartsWith($"{text}: the file is no picture by its name", Refusal());
        File.Delete(text);

        Put("b/inner/1.png", Gray(1), Gray(1));
        Assert.Contains("a folder within the folder of a class", Refusal());
        Directory.Delete(Path.Combine(folder.Entry("set"), "b", "inner"), recursive: true);

        Directory.CreateDirectory(Path.Combine(folder.Entry("set"), "c"));
        Assert.StartsWith($"{Path.Combine(folder.Entry("set"), "c")}: the class has no pictures", Refusal());
    }

    [Fact]
    public void A_picture_that_is_cut_short_is_refused_at_every_length()
    {
        PutClasses("a");
        byte[] whole = PngBytes.Gray(16, 16, [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 31))]);
        Put("a/0.png", whole);
        Put("a/1.png", whole);
        Assert.Equal(16, Load().Train.Height);
        // What follows the pixels, the last check and the end mark, may be missing.
        for (int length = 0; length < whole.Length - 28; length += 7)
        {
            string path = Put("a/1.png", whole[..length]);
            Assert.StartsWith(path + ": ", Refusal());
        }
    }

    [Fact]
    public void Names_and_numbers_of_classes_are_bounded()
    {
        PutClasses("a");
        string name = new('b', 65);
        PutClasses(name);
        Assert.Contains("a class's name is 65 characters, expected at most 64", Refusal());
        Directory.Delete(Path.Combine(folder.Entry("set"), name), recursive: true);
        for (int i = 0; i < 256; i++)
            Directory.CreateDirectory(Path.Combine(folder.Entry("set"), $"{i}"));
        Assert.Contains("there are 257 folders, expected one a class, from 1 to 256", Refusal());
    }
}
