using System.Globalization;

namespace GpuCgan.Host.Commands;

/// <summary>Labels as <c>--labels</c> takes them: numbers and ranges such as <c>0-4,7</c>.</summary>
internal static class LabelList
{
    /// <exception cref="UsageException">No such list, or a label the network does not know.</exception>
    public static int[] Parse(string text, int classes)
    {
        var labels = new List<int>();
        foreach (string part in text.Split(','))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            string first = dash < 0 ? part : part[..dash], last = dash < 0 ? part : part[(dash + 1)..];
            if (!TryParse(first, out int low) || !TryParse(last, out int high) || low > high)
                throw new UsageException($"--labels '{text}': '{part}' is no label and no range; write such as 3, 0-9 or 0-4,7.");
            if (high >= classes)
                throw new UsageException($"--labels '{text}': there is no label {high}; this network knows 0 to {classes - 1}.");
            labels.AddRange(Enumerable.Range(low, high - low + 1));
        }
        return [.. labels];
    }

    private static bool TryParse(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
