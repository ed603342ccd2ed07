namespace GpuCgan.Host.Data.Csv;

/// <summary>What stands between two fields of a line.</summary>
/// <param name="Name">As <c>--csv-delimiter</c> takes it.</param>
/// <param name="Byte">The character; all are ASCII.</param>
public sealed record CsvDelimiter(string Name, byte Byte)
{
    /// <summary>A run of spaces, at the start or end of a line none.</summary>
    public static readonly CsvDelimiter Space = new("space", (byte)' ');

    /// <summary>All of them; where a line is cut into equally many fields by two, the earlier is taken.</summary>
    public static readonly IReadOnlyList<CsvDelimiter> All =
        [new("comma", (byte)','), new("semicolon", (byte)';'), new("tab", (byte)'\t'), new("pipe", (byte)'|'), Space];

    /// <summary>By name, or as the character itself; null where there is no such delimiter.</summary>
    public static CsvDelimiter? TryParse(string text) =>
        All.FirstOrDefault(delimiter => delimiter.Name == text || (text.Length == 1 && text[0] == delimiter.Byte));
}
