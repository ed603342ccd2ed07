using System.Globalization;
using System.Text;

namespace GpuCgan.Network.Checkpoints;

/// <summary>
/// Text from a file, made fit for a one-line message: quoted, cut at a length, and without the control characters that
/// would break the line or steer a terminal.
/// </summary>
internal static class QuotedText
{
    private const int MaxLength = 80;

    public static string Of(string text)
    {
        StringBuilder quoted = new("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                quoted.Append(c);
        }

        return quoted.Append(text.Length > MaxLength ? "…'" : "'").ToString();
    }
}
