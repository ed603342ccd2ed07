using GpuCgan.Host.Data.Csv;
using GpuCgan.Host.Data.Pictures;

namespace GpuCgan.Host.Data;

/// <summary>Every data set that <c>--data</c> takes: the known names, a folder of IDX files, a folder of class-named folders of pictures, a CSV file.</summary>
public static class DataSets
{
    public const string Default = DigitsDataSet.Name;

    /// <summary>The most classes that a data set may have: a label is a byte on the device.</summary>
    public const int MaxClasses = 256;

    /// <summary>The longest name of a class, in characters: it is printed above a column of pictures.</summary>
    public const int MaxClassNameLength = 64;

    public static IReadOnlyList<KnownDataSet> Known { get; } = [DigitsDataSet.Set, MnistDataSet.Set, FashionMnistDataSet.Set];

    /// <summary>The known set of that name, in whatever case, or null.</summary>
    public static KnownDataSet? Find(string name) => Known.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc cref="Load(DataRequest)"/>
    public static TrainTestSplit Load(string nameOrPath, string? dataDir = null) => Load(new DataRequest(nameOrPath, dataDir));

    /// <summary>Loads by name, or from a path. A name wins over a folder of the same name; write <c>./name</c> for the folder.</summary>
    /// <exception cref="DirectoryNotFoundException">Neither a known name nor a path, or the known set's files are nowhere to be found.</exception>
    /// <exception cref="FileNotFoundException">A folder lacks one of the files.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be.</exception>
    public static TrainTestSplit Load(DataRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Load(request, DataFolders.FromEnvironment(request.DataDirectory));
    }

    /// <inheritdoc cref="Load(DataRequest)"/>
    public static TrainTestSplit Load(DataRequest request, DataFolders folders)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(request.NameOrPath);
        string path = request.NameOrPath;
        bool isFile = File.Exists(path);
        KnownDataSet? known = Find(path);
        if (request.Csv.FirstGiven is { } option && (known is not null || !isFile))
            throw new InvalidDataException($"{option}: data set '{path}' is no CSV file, expected the option beside one; leave it out");
        TrainTestSplit parts = known is not null ? known.Load(folders)
            : isFile ? CsvDataSet.Load(NameOf(path), path, request.Csv).Split()
            : Directory.Exists(path) ? LoadFolder(path, request.Conversion)
            : throw new DirectoryNotFoundException(
                $"data set '{path}' is unknown and no folder or file has that path, expected one of {string.Join(", ", Known.Select(entry => entry.Name))}, a folder of IDX files or of class folders, or a CSV file; check --data");
        return request.Conversion.Apply(parts);
    }

    private static TrainTestSplit LoadFolder(string folder, ImageConversion conversion)
    {
        if (IdxFolder.HasImages(folder))
            return IdxFolder.Load(NameOf(folder), folder, Known);
        if (PictureFolder.HasClasses(folder))
            return PictureFolder.Load(NameOf(folder), folder, conversion);
        throw new FileNotFoundException(
            $"{folder}: the folder has neither IDX images nor folders of pictures, expected train-images-idx3-ubyte or images-idx3-ubyte, plain or .gz, or one folder a class; check --data", folder);
    }

    /// <summary>What a data set at a path is called: the last part of the path, without what tells the format.</summary>
    private static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        foreach (string suffix in (string[])[".gz", ".csv", ".tsv", ".txt"])
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                name = name[..^suffix.Length];
        }

        return name.Length > 0 ? name : "data";
    }
}
