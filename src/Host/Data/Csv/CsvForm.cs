namespace GpuCgan.Host.Data.Csv;

/// <summary>What the user said of a CSV file's form. What is null is inferred from the file, by the rules of docs/data.md.</summary>
/// <param name="Delimiter">What stands between two fields.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
/// <param name="Label">Which column is the label.</param>
/// <param name="Range">The numbers that stand for black and for full brightness.</param>
/// <param name="Shape">How the pixel columns make an image.</param>
public sealed record CsvForm(CsvDelimiter? Delimiter, bool? HasHeader, CsvLabel? Label, CsvRange? Range, CsvShape? Shape)
{
    public static readonly CsvForm Inferred = new(null, null, null, null, null);

    /// <summary>The option, with its value, of the first part that was given; null where all are to be inferred.</summary>
    public string? FirstGiven =>
        Delimiter is not null ? $"--csv-delimiter {Delimiter.Name}"
        : HasHeader is { } header ? $"--csv-header {(header ? "yes" : "no")}"
        : Label is not null ? $"--csv-label {Label}"
        : Range is not null ? $"--csv-range {Range}"
        : Shape is not null ? $"--csv-shape {Shape}"
        : null;
}
