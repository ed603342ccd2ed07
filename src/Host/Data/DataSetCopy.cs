namespace GpuCgan.Host.Data;

/// <summary>A folder that holds files under the names of a well-known data set's.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Bytes">What the files that are there take on the disk.</param>
/// <param name="Complaint">What is seen to be wrong without reading the images; null where nothing is.</param>
internal sealed record DataSetCopy(string Folder, long Bytes, string? Complaint)
{
    /// <summary>
    /// The copies where the set is looked for, the one that would be taken first. Only labels are read, which tells the sets apart that share their files' names; to be
    /// sure of the images, check every file (<see cref="FileCheck"/>).
    /// </summary>
    public static IReadOnlyList<DataSetCopy> FindAll(KnownDataSet set, DataFolders folders, IReadOnlyList<KnownDataSet> known) =>
        set.Files.Count == 0 ? [] : [.. folders.PlacesFor(set.Name).Where(IdxFolder.HasImages).Select(folder => Look(set, folder, known))];

    private static DataSetCopy Look(KnownDataSet set, string folder, IReadOnlyList<KnownDataSet> known)
    {
        long bytes = 0;
        string? complaint = null;
        foreach (KnownFile file in set.Files)
        {
            if (IdxFolder.Find(folder, file.Name) is { } path)
                bytes += new FileInfo(path).Length;
            else
                complaint ??= $"{file.Name} is missing";
        }

        foreach (KnownFile file in set.Files.Where(file => file.Name.Contains("labels", StringComparison.Ordinal)))
        {
            FileCheck check = FileCheck.Of(set, file, folder, known);
            complaint ??= check.State == FileState.Wrong ? $"{file.Name}: {check.Detail}" : null;
        }

        return new DataSetCopy(folder, bytes, complaint);
    }
}
