using System.Globalization;
using System.Text;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// Text from a file, made fit for a one-line message: quoted, cut at a length, and without the control characters that
/// would break the line or steer a terminal.
/// </summary>
public static class QuotedText
{
    private const int MaxLength = 80;
    private const int MaxPlainLength = 400;

    /// <summary>In quotes, at most 80 characters of it.</summary>
    public static string Of(string text) => $"'{Safe(text, MaxLength)}'";

    /// <summary>Without quotes, at most 400 characters of it: a message of a library's that repeats text from a file.</summary>
    public static string Plain(string text) => Safe(text, MaxPlainLength);

    private static string Safe(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        StringBuilder quoted = new();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, most)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append(text.Length > most ? "…" : "").ToString();
    }
}
