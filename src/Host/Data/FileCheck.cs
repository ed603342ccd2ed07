namespace GpuCgan.Host.Data;

/// <summary>What was found of one file of a well-known data set.</summary>
/// <param name="File">What was looked for.</param>
/// <param name="State">What was found.</param>
/// <param name="Path">The file that was found, or would have been.</param>
/// <param name="Detail">What is wrong with it; empty where nothing is.</param>
internal sealed record FileCheck(KnownFile File, FileState State, string Path, string Detail)
{
    /// <summary>Looks for a file under all of its names and compares its content with the published one.</summary>
    /// <param name="set">The set that the file is of.</param>
    /// <param name="file">What to look for.</param>
    /// <param name="folder">Where to look.</param>
    /// <param name="known">The sets whose files may lie there by mistake.</param>
    public static FileCheck Of(KnownDataSet set, KnownFile file, string folder, IReadOnlyList<KnownDataSet> known)
    {
        if (IdxFolder.Find(folder, file.Name) is not { } path)
            return new FileCheck(file, FileState.Missing, System.IO.Path.Combine(folder, file.PackedName), "there is no such file");
        byte[] content;
        try
        {
            content = IdxFile.ReadContent(path);
        }
        catch (InvalidDataException e)
        {
            // The message begins with the path, as every message on a file does.
            return new FileCheck(file, FileState.Wrong, path, e.Message[(path.Length + 2)..]);
        }

        return file.Is(content) ? new FileCheck(file, FileState.Right, path, "") : new FileCheck(file, FileState.Wrong, path, Difference(set, content, known));
    }

    /// <summary>The path and what is wrong there, in one line.</summary>
    public override string ToString() => $"{Path}: {Detail}";

    /// <summary>What content that should have been a set's file is instead, as far as the known sets tell.</summary>
    public static string Difference(KnownDataSet set, ReadOnlySpan<byte> content, IReadOnlyList<KnownDataSet> known)
    {
        KnownDataSet? owner = null;
        foreach (KnownDataSet other in known)
        {
            foreach (KnownFile candidate in other.Files)
                owner ??= candidate.Is(content) ? other : null;
        }

        string found = owner is null ? "another file" : owner.Name == set.Name ? $"another of {set.Name}'s files" : $"{owner.Name}'s";
        return $"by its SHA-256 it is {found}, expected {set.Name}'s as published";
    }
}
