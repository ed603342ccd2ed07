using System.Globalization;

namespace GpuCgan.Host.Data;

/// <summary>The order of classes, and so their labels: the same on every machine.</summary>
internal static class ClassOrder
{
    /// <summary>By their number where all names are whole numbers (so 10 comes after 9), else by their UTF-16 code units.</summary>
    public static string[] Sort(IEnumerable<string> names)
    {
        string[] sorted = [.. names.Order(StringComparer.Ordinal)];
        long[] numbers = new long[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (!long.TryParse(sorted[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return sorted;
        }

        // Stable, so that names of one number, such as 1 and 01, keep the order of their characters.
        return [.. sorted.Zip(numbers).OrderBy(pair => pair.Second).Select(pair => pair.First)];
    }
}
