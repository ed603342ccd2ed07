namespace GpuCgan.Host.Data;

/// <summary>A data set that can be asked for by name.</summary>
public sealed record KnownDataSet
{
    /// <summary>The name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>One line for a list.</summary>
    public required string Description { get; init; }

    /// <summary>Who made it and under which terms it may be used.</summary>
    public required string Licence { get; init; }

    public required IReadOnlyList<string> ClassNames { get; init; }

    /// <summary>Training images, training labels, test images and test labels; none where the data set is embedded in the program.</summary>
    public IReadOnlyList<KnownFile> Files { get; init; } = [];

    /// <summary>Where the files' gzip form is published, best first: a file's address is the mirror's with the file's name behind it.</summary>
    public IReadOnlyList<Uri> Mirrors { get; init; } = [];

    /// <summary>Loads a data set that is embedded in the program; null where it lies in files.</summary>
    public Func<TrainTestSplit>? Embedded { get; init; }

    /// <summary>Reads both parts, from the folders where its files may lie.</summary>
    /// <exception cref="DirectoryNotFoundException">None of the folders has the files.</exception>
    /// <exception cref="FileNotFoundException">A folder lacks one of the files.</exception>
    /// <exception cref="InvalidDataException">A file is not the published one.</exception>
    public TrainTestSplit Load(DataFolders folders) => Embedded is { } load ? load() : IdxDataSet.Load(this, folders, DataSets.Known);
}
