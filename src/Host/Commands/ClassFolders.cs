namespace GpuCgan.Host.Commands;

/// <summary>Names of folders for the pictures of classes, which read back as a data set of the same classes where the names allow it.</summary>
internal static class ClassFolders
{
    /// <summary>
    /// A folder's name for each label. Characters that trouble a file system become underscores; where that makes two classes one, the label's number is put
    /// behind.
    /// </summary>
    /// <param name="names">The names of all classes.</param>
    public static IReadOnlyList<string> For(IReadOnlyList<string> names)
    {
        string[] safe = [.. names.Select(Safe)];
        // Compared without case, as some file systems do.
        ILookup<string, string> same = safe.ToLookup(name => name, StringComparer.OrdinalIgnoreCase);
        HashSet<string> taken = new(safe.Where(name => same[name].Count() == 1), StringComparer.OrdinalIgnoreCase);
        for (int label = 0; label < safe.Length; label++)
        {
            if (same[safe[label]].Count() == 1)
                continue;
            string unique = $"{safe[label]}_{label}";
            while (!taken.Add(unique))
                unique += "_";
            safe[label] = unique;
        }
        return safe;
    }

    private static string Safe(string name)
    {
        string safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' ? c : '_')).Trim();
        // A name of dots alone is another folder's, and one that begins with a dot is hidden.
        return safe.Length == 0 || safe[0] == '.' ? "_" + safe : safe;
    }
}
