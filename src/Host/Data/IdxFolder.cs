using System.Globalization;

namespace GpuCgan.Host.Data;

/// <summary>
/// A folder of IDX files as a data set: a training pair (<c>train-images-idx3-ubyte</c>, <c>train-labels-idx1-ubyte</c>, or both without
/// <c>train-</c>, as <c>sample --format idx</c> writes them) and perhaps a test pair (<c>t10k-…</c>). Each may end in <c>.gz</c> and may have
/// a dot in place of the dash before <c>idx</c>, as some mirrors name them.
/// </summary>
internal static class IdxFolder
{
    private const string Images = "images-idx3-ubyte";
    private const string Labels = "labels-idx1-ubyte";
    private const string TestPrefix = "t10k-";

    private static readonly string[] TrainPrefixes = ["train-", ""];

    /// <summary>Whether the folder has training images, under any of their names.</summary>
    public static bool HasImages(string folder) => TrainPrefixes.Any(prefix => Find(folder, prefix + Images) is not null);

    /// <summary>
    /// A folder of the user's own. Where all four files are, to the byte, those of a well-known set, it is that set, classes' names and all. Otherwise the classes are
    /// 0 to the highest label, and without test files some training images are kept back.
    /// </summary>
    /// <param name="name">What the user calls the data set.</param>
    /// <param name="folder">A folder that <see cref="HasImages"/>.</param>
    /// <param name="known">The sets that may be recognised.</param>
    /// <exception cref="FileNotFoundException">A file of a pair is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be, or two do not go together.</exception>
    public static TrainTestSplit Load(string name, string folder, IReadOnlyList<KnownDataSet> known)
    {
        Pair train = ReadTrain(folder);
        Pair? test = ReadPair(folder, TestPrefix);
        int highest = Math.Max(train.HighestLabel, test?.HighestLabel ?? 0);
        IReadOnlyList<string> classNames = [.. Enumerable.Range(0, highest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        if (test is null)
            return train.ToDataSet(name, folder, "train: the training files", classNames).Split();
        KnownDataSet? recognised = known.FirstOrDefault(set => set.Files.Count > 0 && Differing(set, train, test) is null);
        return Join(recognised?.Name ?? name, folder, train, test, recognised?.ClassNames ?? classNames);
    }

    /// <summary>A well-known set's folder: all four files must be there and be the published ones, so that scores are of the usual images.</summary>
    /// <param name="set">The set that was asked for.</param>
    /// <param name="folder">A folder that <see cref="HasImages"/>.</param>
    /// <param name="known">The sets whose files may lie there by mistake.</param>
    /// <exception cref="FileNotFoundException">One of the four is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not the published one; the message says where it is another set's.</exception>
    public static TrainTestSplit Load(KnownDataSet set, string folder, IReadOnlyList<KnownDataSet> known)
    {
        Pair train = ReadTrain(folder);
        Pair test = ReadPair(folder, TestPrefix) ?? throw Missing(folder, TestPrefix + Images);
        return Differing(set, train, test) is var (file, content)
            ? throw new InvalidDataException($"{file}: {FileCheck.Difference(set, content, known)}; move it away and get it with 'gpucgan data fetch {set.Name}', or name the folder itself with --data for a data set of your own")
            : Join(set.Name, folder, train, test, set.ClassNames);
    }

    /// <summary>A file's path under any of its names, or null.</summary>
    public static string? Find(string folder, string name)
        => Variants(name).Select(variant => Path.Combine(folder, variant)).FirstOrDefault(File.Exists);

    private static TrainTestSplit Join(string name, string folder, Pair train, Pair test, IReadOnlyList<string> classNames)
    {
        if ((test.Images.Height, test.Images.Width) != (train.Images.Height, train.Images.Width))
        {
            throw new InvalidDataException(
                $"{test.ImagesFile}: images are {test.Images.Height}x{test.Images.Width}, expected {train.Images.Height}x{train.Images.Width} as in {train.ImagesFile}; put the files of one data set into the folder");
        }

        return new TrainTestSplit(
            train.ToDataSet(name, folder, "train: the training files", classNames),
            test.ToDataSet(name, folder, "test: the test files", classNames));
    }

    /// <summary>The first of the four files that is not the set's own, and its content; null where all are.</summary>
    private static (string File, byte[] Content)? Differing(KnownDataSet set, Pair train, Pair test)
    {
        (string File, byte[] Content)[] files =
            [(train.ImagesFile, train.ImagesContent), (train.LabelsFile, train.LabelsContent), (test.ImagesFile, test.ImagesContent), (test.LabelsFile, test.LabelsContent)];
        for (int i = 0; i < files.Length; i++)
        {
            if (!set.Files[i].Is(files[i].Content))
                return files[i];
        }

        return null;
    }

    private static Pair ReadTrain(string folder) => TrainPrefixes.Select(prefix => ReadPair(folder, prefix)).FirstOrDefault(pair => pair is not null)
        ?? throw Missing(folder, TrainPrefixes[0] + Images);

    private static Pair? ReadPair(string folder, string prefix)
    {
        string? imagesFile = Find(folder, prefix + Images), labelsFile = Find(folder, prefix + Labels);
        if (imagesFile is null && labelsFile is null)
            return null;
        if (imagesFile is null || labelsFile is null)
            throw Missing(folder, prefix + (imagesFile is null ? Images : Labels));

        byte[] imagesContent = IdxFile.ReadContent(imagesFile), labelsContent = IdxFile.ReadContent(labelsFile);
        IdxImages images = IdxFile.ParseImages(imagesFile, imagesContent);
        ReadOnlyMemory<byte> labels = IdxFile.ParseLabels(labelsFile, labelsContent);
        if (images.Count != labels.Length)
            throw new InvalidDataException($"{labelsFile}: count is {labels.Length}, expected {images.Count} as in {imagesFile}: images and labels do not match in number; get both files again");
        return new Pair(images, imagesFile, imagesContent, labels, labelsFile, labelsContent);
    }

    private static string[] Variants(string name)
    {
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return [name, name + ".gz", dotted, dotted + ".gz"];
    }

    private static FileNotFoundException Missing(string folder, string name)
        => new($"{folder}: '{name}' is missing, expected it under one of the names {string.Join(", ", Variants(name))}; put it there", Path.Combine(folder, name));

    private sealed record Pair(IdxImages Images, string ImagesFile, byte[] ImagesContent, ReadOnlyMemory<byte> Labels, string LabelsFile, byte[] LabelsContent)
    {
        public int HighestLabel { get; } = Labels.ToArray().Max();

        public ImageDataSet ToDataSet(string name, string folder, string splitNote, IReadOnlyList<string> classNames)
        {
            int[] labels = new int[Labels.Length];
            for (int i = 0; i < labels.Length; i++)
                labels[i] = Labels.Span[i];
            return new ImageDataSet(name, folder, splitNote, channels: 1, Images.Height, Images.Width, Images.Pixels, labels, classNames);
        }
    }
}
