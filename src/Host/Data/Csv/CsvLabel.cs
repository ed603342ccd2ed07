namespace GpuCgan.Host.Data.Csv;

/// <summary>Which column is the label: the first, the last, or the one of a name.</summary>
/// <param name="Column">The column's name in the header, or null for a position.</param>
/// <param name="IsLast">Where no name is given: the last column, not the first.</param>
public sealed record CsvLabel(string? Column, bool IsLast)
{
    public static readonly CsvLabel First = new(null, false);
    public static readonly CsvLabel Last = new(null, true);

    public static CsvLabel Parse(string text) => text switch
    {
        "first" => First,
        "last" => Last,
        _ => new CsvLabel(text, false),
    };

    public override string ToString() => Column ?? (IsLast ? "last" : "first");
}
