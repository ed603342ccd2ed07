using System.Globalization;

namespace GpuCgan.Host.Commands;

/// <summary>Seeds as <c>--seeds</c> takes them: a number or a range such as <c>0-9</c>.</summary>
internal static class SeedList
{
    private const int Most = 10_000;

    /// <exception cref="UsageException">No such range, or too many.</exception>
    public static ulong[] Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string first = dash < 0 ? text : text[..dash], last = dash < 0 ? text : text[(dash + 1)..];
        if (!TryParse(first, out ulong low) || !TryParse(last, out ulong high) || low > high || high - low >= Most)
            throw new UsageException($"--seeds '{text}': expected a seed or a range of at most {Most}, such as 0-9.");
        var seeds = new ulong[high - low + 1];
        for (int i = 0; i < seeds.Length; i++)
            seeds[i] = low + (ulong)i;
        return seeds;
    }

    private static bool TryParse(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
