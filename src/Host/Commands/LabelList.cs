using System.Globalization;

namespace GpuCgan.Host.Commands;

/// <summary>
/// Labels as <c>--labels</c> takes them: names of classes, numbers of labels, and ranges of either, such as <c>cat,dog</c> or <c>0-4,7</c>. Where a name and a number
/// are the same text, it is the name.
/// </summary>
internal static class LabelList
{
    private const int MostNamesShown = 12;

    /// <param name="text">The list.</param>
    /// <param name="names">The classes' names, one a label.</param>
    /// <exception cref="UsageException">No such list, or a label the network does not know.</exception>
    public static int[] Parse(string text, IReadOnlyList<string> names)
    {
        // A name may hold a comma or a dash, so the whole comes before its parts.
        if (Find(text, names) is { } only)
            return [only];
        var labels = new List<int>();
        foreach (string part in text.Split(','))
        {
            if (Find(part, names) is { } label)
            {
                labels.Add(label);
                continue;
            }

            var (first, last) = FindRange(text, part, names);
            labels.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return [.. labels];
    }

    /// <summary>The label of a name, in the case it is written in or in any, or of a number; null where there is none.</summary>
    private static int? Find(string text, IReadOnlyList<string> names)
    {
        string trimmed = text.Trim();
        foreach (var comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            int[] named = [.. Enumerable.Range(0, names.Count).Where(label => names[label].Equals(trimmed, comparison))];
            if (named.Length == 1)
                return named[0];
        }
        return int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < names.Count ? number : null;
    }

    /// <summary>The ends of a range: the dash is any of the part's, since a name may hold one.</summary>
    private static (int First, int Last) FindRange(string text, string part, IReadOnlyList<string> names)
    {
        for (int dash = part.IndexOf('-', StringComparison.Ordinal); dash >= 0; dash = part.IndexOf('-', dash + 1))
        {
            if (Find(part[..dash], names) is { } first && Find(part[(dash + 1)..], names) is { } last && first <= last)
                return (first, last);
        }
        throw new UsageException($"--labels '{text}': '{part}' is no label and no range of them; this network knows {Known(names)}; write such as {names[0]}, 0-{names.Count - 1} or 0,{names.Count - 1}.");
    }

    private static string Known(IReadOnlyList<string> names)
    {
        string numbers = $"0 to {names.Count - 1}";
        bool areNumbers = Enumerable.Range(0, names.Count).All(label => names[label] == label.ToString(CultureInfo.InvariantCulture));
        return areNumbers ? numbers : $"{string.Join(", ", names.Take(MostNamesShown))}{(names.Count > MostNamesShown ? ", …" : "")} ({numbers})";
    }
}
