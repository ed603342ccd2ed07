namespace GpuCgan.Host.Data;

/// <summary>A well-known data set of IDX files, looked for in the user's folders.</summary>
internal static class IdxDataSet
{
    /// <param name="set">The set that was asked for.</param>
    /// <param name="folders">Where its files may lie.</param>
    /// <param name="known">The sets whose files may lie there by mistake.</param>
    /// <exception cref="DirectoryNotFoundException">The given folder does not exist, or none of the places has the files.</exception>
    /// <exception cref="FileNotFoundException">One of the four files is missing.</exception>
    /// <exception cref="InvalidDataException">A file is not the published one.</exception>
    public static TrainTestSplit Load(KnownDataSet set, DataFolders folders, IReadOnlyList<KnownDataSet> known)
    {
        folders.CheckGiven();
        IReadOnlyList<string> places = folders.PlacesFor(set.Name);
        string folder = places.FirstOrDefault(IdxFolder.HasImages)
            ?? throw new DirectoryNotFoundException(
                $"data set '{set.Name}' was not found, expected its four IDX files (train-images-idx3-ubyte and so on, plain or .gz) in one of: {string.Join(", ", places)}; get them with 'gpucgan data fetch {set.Name}', or name their folder with --data-dir or ${DataFolders.Variable}");
        return IdxFolder.Load(set, folder, known);
    }
}
