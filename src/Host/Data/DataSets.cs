namespace GpuCgan.Host.Data;

/// <summary>Every data set that <c>--data</c> takes: the known names, and any folder of IDX files.</summary>
public static class DataSets
{
    public const string Default = DigitsDataSet.Name;

    public static IReadOnlyList<KnownDataSet> Known { get; } =
    [
        new(DigitsDataSet.Name, "1,797 handwritten digits, 8x8, embedded in the program", _ => DigitsDataSet.Load()),
        new(MnistDataSet.Name, "70,000 handwritten digits, 28x28, four IDX files", MnistDataSet.Load),
        new(FashionMnistDataSet.Name, "70,000 articles of clothing, 28x28, four IDX files", FashionMnistDataSet.Load),
    ];

    /// <summary>Loads by name, or from a folder. A name wins over a folder of the same name; write <c>./name</c> for the folder.</summary>
    /// <param name="nameOrPath">A known name, or a folder that holds IDX files.</param>
    /// <param name="dataDir">The value of <c>--data-dir</c>, or null.</param>
    /// <exception cref="DirectoryNotFoundException">Neither a known name nor a folder, or the known set's files are nowhere to be found.</exception>
    /// <exception cref="FileNotFoundException">A folder lacks one of the files.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    public static TrainTestSplit Load(string nameOrPath, string? dataDir = null) => Load(nameOrPath, DataFolders.FromEnvironment(dataDir));

    public static TrainTestSplit Load(string nameOrPath, DataFolders folders)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        KnownDataSet? known = Known.FirstOrDefault(known => known.Name.Equals(nameOrPath, StringComparison.OrdinalIgnoreCase));
        if (known is not null)
            return known.Load(folders);

        if (!Directory.Exists(nameOrPath))
        {
            throw new DirectoryNotFoundException(
                $"data set '{nameOrPath}' is unknown and no folder has that path, expected one of {string.Join(", ", Known.Select(entry => entry.Name))}, or a folder of IDX files; check --data");
        }

        if (!IdxFolder.HasImages(nameOrPath))
            throw new FileNotFoundException($"{nameOrPath}: the folder has no IDX images, expected train-images-idx3-ubyte or images-idx3-ubyte, plain or .gz; check --data", nameOrPath);
        return IdxFolder.Load(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(nameOrPath))), nameOrPath, classNames: null);
    }
}
