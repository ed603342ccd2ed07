namespace GpuCgan.Host.Data.Pictures;

/// <summary>
/// A folder with one folder a class, named after it, and the class's pictures in there: <c>cats/0001.png</c>. Or that twice, in <c>train</c> and <c>test</c>.
/// </summary>
internal static class PictureFolder
{
    private const string TrainName = "train";
    private const string TestName = "test";

    /// <summary>What a picture's file may end in. What can be decoded is up to SkiaSharp.</summary>
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>What file managers leave behind; like names that begin with a dot it is passed over.</summary>
    private static readonly string[] Litter = ["Thumbs.db", "desktop.ini"];

    /// <summary>Whether there are folders in the folder.</summary>
    public static bool HasClasses(string folder) => Folders(folder).Length > 0;

    /// <param name="name">What the user calls the data set.</param>
    /// <param name="folder">A folder that <see cref="HasClasses"/>.</param>
    /// <param name="conversion">What is done to the pictures. They may be of different sizes only where it brings them to one.</param>
    /// <returns>One channel where every picture is gray, or gray was asked for; else three.</returns>
    /// <exception cref="InvalidDataException">A file is no picture, a picture is of another size, a class has none, or there is too much of anything.</exception>
    public static TrainTestSplit Load(string name, string folder, ImageConversion conversion)
    {
        if (!Folders(folder).Order(StringComparer.Ordinal).SequenceEqual([TestName, TrainName]) || !HasClasses(Path.Combine(folder, TrainName)))
        {
            Part all = Read(folder, ClassesOf(folder), conversion, null);
            return all.ToDataSet(name, folder, "all", all.IsGray).Split();
        }

        string trainFolder = Path.Combine(folder, TrainName), testFolder = Path.Combine(folder, TestName);
        string[] classes = ClassesOf(trainFolder);
        string[] testClasses = ClassesOf(testFolder);
        if (testClasses.Except(classes).FirstOrDefault() is { } foreign)
            throw new InvalidDataException($"{Path.Combine(testFolder, foreign)}: there is no class '{foreign}' in {trainFolder}, expected the same classes; move it away");
        Part train = Read(trainFolder, classes, conversion, null);
        Part test = Read(testFolder, classes, conversion, train);
        bool areGray = train.IsGray && test.IsGray;
        return new TrainTestSplit(
            train.ToDataSet(name, folder, $"train: the folder {TrainName}", areGray),
            test.ToDataSet(name, folder, $"test: the folder {TestName}", areGray));
    }

    /// <summary>The names of the folders, without the hidden ones.</summary>
    private static string[] Folders(string folder) => [.. Directory.EnumerateDirectories(folder).Select(path => Path.GetFileName(path)).Where(name => name[0] != '.')];

    private static string[] ClassesOf(string folder)
    {
        string[] classes = ClassOrder.Sort(Folders(folder));
        if (classes.Length is 0 or > DataSets.MaxClasses)
            throw new InvalidDataException($"{folder}: there are {classes.Length} folders, expected one a class, from 1 to {DataSets.MaxClasses}; check --data");
        return classes.FirstOrDefault(name => name.Length > DataSets.MaxClassNameLength) is { } tooLong
            ? throw new InvalidDataException($"{Path.Combine(folder, tooLong)}: a class's name is {tooLong.Length} characters, expected at most {DataSets.MaxClassNameLength}; rename the folder")
            : classes;
    }

    /// <param name="folder">The folder of the class folders.</param>
    /// <param name="classes">Their names, in the order of the labels. One that is missing has no pictures here.</param>
    /// <param name="conversion">See <see cref="Load"/>.</param>
    /// <param name="other">Another part, whose pictures' size these must have.</param>
    private static Part Read(string folder, string[] classes, ImageConversion conversion, Part? other)
    {
        (string Path, int Label)[] files = [.. classes.SelectMany((name, label) => Pictures(Path.Combine(folder, name)).Select(path => (path, label)))];
        PictureFile first = PictureFile.Read(files[0].Path, conversion);
        ImageSize source = other?.Source ?? first.Size;
        string sample = other?.Sample ?? files[0].Path;
        ImageSize target = conversion.Size ?? source;
        // Gray or not is known when all are read, so there must be room for colour, except where gray was asked for.
        int channels = conversion.Grayscale ? 1 : 3;
        ImageConversion.CheckRoom(folder, files.Length, channels, target);
        int area = target.Height * target.Width;
        byte[] pixels = new byte[files.Length * channels * area];
        bool isGray = true;
        ImageConverter converter = new(conversion);
        for (int i = 0; i < files.Length; i++)
        {
            PictureFile picture = i == 0 ? first : PictureFile.Read(files[i].Path, conversion);
            if (conversion.Size is null && picture.Size != source)
                throw new InvalidDataException($"{files[i].Path}: the picture is {picture.Size}, expected {source} as {sample}; use pictures of one size, or convert them with --size {source}");
            isGray &= conversion.Grayscale || picture.IsGray;
            converter.Convert(picture.Planes, picture.Size, pixels.AsSpan(i * channels * area, channels * area));
        }

        return new Part(source, sample, target, channels, isGray, pixels, [.. files.Select(file => file.Label)], classes);
    }

    /// <summary>The pictures of a class, in the order of their names; none where the folder is missing.</summary>
    private static IEnumerable<string> Pictures(string folder)
    {
        if (!Directory.Exists(folder))
            return [];
        if (Folders(folder) is [var inner, ..])
            throw new InvalidDataException($"{Path.Combine(folder, inner)}: a folder within the folder of a class, expected pictures alone; move it away");
        string[] paths = [.. Directory.EnumerateFiles(folder).Where(path => !IsLitter(Path.GetFileName(path))).Order(StringComparer.Ordinal)];
        if (paths.Length == 0)
            throw new InvalidDataException($"{folder}: the class has no pictures, expected files that end in {string.Join(", ", Extensions)}; add some or remove the folder");
        return paths.FirstOrDefault(path => !Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)) is { } foreign
            ? throw new InvalidDataException($"{foreign}: the file is no picture by its name, expected one that ends in {string.Join(", ", Extensions)}; move it away")
            : paths;
    }

    private static bool IsLitter(string name) => name[0] == '.' || Litter.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The pictures of one part. Pixels are [count, Channels, height, width].</summary>
    private sealed record Part(ImageSize Source, string Sample, ImageSize Size, int Channels, bool IsGray, byte[] Pixels, int[] Labels, string[] ClassNames)
    {
        public ImageDataSet ToDataSet(string name, string folder, string splitNote, bool asGray)
        {
            bool drop = asGray && Channels == 3;
            return new ImageDataSet(name, folder, splitNote, asGray ? 1 : 3, Size.Height, Size.Width, drop ? FirstPlanes() : Pixels, Labels, ClassNames);
        }

        /// <summary>One plane of each image, where all three are the same.</summary>
        private byte[] FirstPlanes()
        {
            int area = Size.Height * Size.Width;
            byte[] planes = new byte[Labels.Length * area];
            for (int i = 0; i < Labels.Length; i++)
                Pixels.AsSpan(i * 3 * area, area).CopyTo(planes.AsSpan(i * area));
            return planes;
        }
    }
}
