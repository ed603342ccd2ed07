namespace GpuCgan.Host.Data;

/// <summary>A well-known data set of IDX files, looked for in the user's folders.</summary>
internal static class IdxDataSet
{
    /// <exception cref="DirectoryNotFoundException">The given folder does not exist, or none of the places has the files.</exception>
    public static TrainTestSplit Load(string name, IReadOnlyList<string> classNames, DataFolders folders)
    {
        // A mistyped --data-dir must not fall through to another copy of the data in silence.
        if (folders.Given is not null && !Directory.Exists(folders.Given))
            throw new DirectoryNotFoundException($"--data-dir: there is no folder '{folders.Given}', expected one with the IDX files of '{name}'; check the path");

        IReadOnlyList<string> places = folders.PlacesFor(name);
        string folder = places.FirstOrDefault(IdxFolder.HasImages)
            ?? throw new DirectoryNotFoundException(
                $"data set '{name}' was not found, expected its four IDX files (train-images-idx3-ubyte and so on, plain or .gz) in one of: {string.Join(", ", places)}; put them there, or name their folder with --data-dir or ${DataFolders.Variable}");
        return IdxFolder.Load(name, folder, classNames);
    }
}
