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

    /// <param name="name">What the user calls the data set.</param>
    /// <param name="folder">A folder that <see cref="HasImages"/>.</param>
    /// <param name="classNames">
    /// The classes of a well-known set, whose test files must be there, so that scores are of the usual images. Null for a folder of the
    /// user's own: classes are then 0 to the highest label, and without test files some training images are kept back.
    /// </param>
    /// <exception cref="FileNotFoundException">A file of a pair, or the test pair of a well-known set, is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be, or two do not go together.</exception>
    public static TrainTestSplit Load(string name, string folder, IReadOnlyList<string>? classNames)
    {
        Pair train = TrainPrefixes.Select(prefix => ReadPair(folder, prefix)).FirstOrDefault(pair => pair is not null)
            ?? throw Missing(folder, TrainPrefixes[0] + Images);
        Pair? test = ReadPair(folder, TestPrefix);
        if (test is null && classNames is not null)
            throw Missing(folder, TestPrefix + Images);

        int highest = Math.Max(train.HighestLabel, test?.HighestLabel ?? 0);
        classNames ??= [.. Enumerable.Range(0, highest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        ImageDataSet trainSet = train.ToDataSet(name, folder, "train: the training files", classNames);
        if (test is null)
            return trainSet.Split();

        if ((test.Images.Height, test.Images.Width) != (train.Images.Height, train.Images.Width))
        {
            throw new InvalidDataException(
                $"{test.ImagesFile}: images are {test.Images.Height}x{test.Images.Width}, expected {train.Images.Height}x{train.Images.Width} as in {train.ImagesFile}; put the files of one data set into the folder");
        }

        return new TrainTestSplit(trainSet, test.ToDataSet(name, folder, "test: the test files", classNames));
    }

    private static Pair? ReadPair(string folder, string prefix)
    {
        string? imagesFile = Find(folder, prefix + Images), labelsFile = Find(folder, prefix + Labels);
        if (imagesFile is null && labelsFile is null)
            return null;
        if (imagesFile is null || labelsFile is null)
            throw Missing(folder, prefix + (imagesFile is null ? Images : Labels));

        IdxImages images = IdxFile.ReadImages(imagesFile);
        ReadOnlyMemory<byte> labels = IdxFile.ReadLabels(labelsFile);
        if (images.Count != labels.Length)
            throw new InvalidDataException($"{labelsFile}: count is {labels.Length}, expected {images.Count} as in {imagesFile}: images and labels do not match in number; get both files again");
        return new Pair(images, imagesFile, labels, labelsFile);
    }

    private static string? Find(string folder, string name)
        => Variants(name).Select(variant => Path.Combine(folder, variant)).FirstOrDefault(File.Exists);

    private static string[] Variants(string name)
    {
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        return [name, name + ".gz", dotted, dotted + ".gz"];
    }

    private static FileNotFoundException Missing(string folder, string name)
        => new($"{folder}: '{name}' is missing, expected it under one of the names {string.Join(", ", Variants(name))}; put it there", Path.Combine(folder, name));

    private sealed record Pair(IdxImages Images, string ImagesFile, ReadOnlyMemory<byte> Labels, string LabelsFile)
    {
        public int HighestLabel { get; } = Labels.ToArray().Max();

        public ImageDataSet ToDataSet(string name, string folder, string splitNote, IReadOnlyList<string> classNames)
        {
            int[] labels = new int[Labels.Length];
            for (int i = 0; i < labels.Length; i++)
            {
                labels[i] = Labels.Span[i];
                if (labels[i] >= classNames.Count)
                    throw new InvalidDataException($"{LabelsFile}: label of image {i} is {labels[i]}, expected 0 to {classNames.Count - 1}; get the file again");
            }

            return new ImageDataSet(name, folder, splitNote, channels: 1, Images.Height, Images.Width, Images.Pixels, labels, classNames);
        }
    }
}
