namespace GpuCgan.Host.Reporting;

/// <summary>A text as one word of a POSIX shell's command line, to be copied from a page.</summary>
internal static class ShellWord
{
    private const string Plain = "-_./:,=+%@";

    public static string Of(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal))
        ? text
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
