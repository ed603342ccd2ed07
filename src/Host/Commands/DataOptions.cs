using System.CommandLine;
using System.CommandLine.Parsing;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Csv;

namespace GpuCgan.Host.Commands;

/// <summary>The options that name a data set and say how it is to be read. Every command that takes one has a set of its own.</summary>
internal sealed class DataOptions
{
    public Option<string?> Data { get; } = new("--data")
    {
        Description = $"A data set's name ({string.Join(", ", DataSets.Known.Select(d => d.Name))}), a folder of IDX files or of class folders of pictures, or a CSV file. Default: {DataSets.Default}.",
        HelpName = "NAME|PATH",
    };

    public Option<string?> DataDirectory { get; } = new("--data-dir")
    {
        Description = "Where data files lie; also looked for in $GPUCGAN_DATA and the user's cache.",
        HelpName = "DIR",
    };

    public Option<ImageSize?> Size { get; } = Parsed<ImageSize?>("--size", "N[xM]",
        $"Bring the images to N×N, or N rows of M, at most {ImageSize.MaxSide}.",
        text => ImageSize.TryParse(text, out ImageSize size) ? size : null,
        $"a side from 1 to {ImageSize.MaxSide}, or height and width such as 32x24");

    public Option<bool> Grayscale { get; } = new("--grayscale") { Description = "Turn colour into gray." };

    public Option<CsvLabel?> CsvLabel { get; } = Parsed<CsvLabel?>("--csv-label", "first|last|NAME",
        "The label's column of a CSV file. Default: inferred.",
        text => text.Length > 0 ? Host.Data.Csv.CsvLabel.Parse(text) : null,
        "first, last or a column's name");

    public Option<CsvRange?> CsvRange { get; } = Parsed<CsvRange?>("--csv-range", "LOW..HIGH",
        "The numbers of black and white in a CSV file, such as 0..255. Default: inferred.",
        text => Host.Data.Csv.CsvRange.TryParse(text, out CsvRange range) ? range : null,
        "two numbers, the lower first, such as 0..255, 0..1 or -1..1");

    public Option<CsvShape?> CsvShape { get; } = Parsed<CsvShape?>("--csv-shape", "SHAPE",
        "The image that a line's pixels make: 28x28, 32x32x3 or 3x32x32. Default: a square.",
        text => Host.Data.Csv.CsvShape.TryParse(text, out CsvShape shape) ? shape : null,
        "height and width such as 28x28, and 3 behind or before them for colour");

    public Option<CsvDelimiter?> CsvDelimiter { get; } = Parsed("--csv-delimiter", "D",
        $"What stands between two fields: {string.Join(", ", Host.Data.Csv.CsvDelimiter.All.Select(d => d.Name))}. Default: inferred.",
        Host.Data.Csv.CsvDelimiter.TryParse,
        string.Join(", ", Host.Data.Csv.CsvDelimiter.All.Select(d => d.Name)));

    // Of text: an option of bool would be given without a value.
    public Option<string?> CsvHeader { get; } = Parsed("--csv-header", "yes|no",
        "Whether a CSV file's first line names the columns. Default: inferred.",
        text => text is "yes" or "no" ? text : null,
        "yes or no");

    /// <summary>Those that say how the data is read, and not which it is.</summary>
    public IReadOnlyList<Option> HowToRead => [Size, Grayscale, CsvLabel, CsvRange, CsvShape, CsvDelimiter, CsvHeader];

    /// <summary>What was asked for.</summary>
    /// <param name="parsed">The command line.</param>
    public DataRequest Read(ParseResult parsed)
    {
        string nameOrPath = parsed.GetValue(Data) ?? DataSets.Default;
        if (nameOrPath.Length == 0)
            throw new UsageException("--data '': expected a data set's name or a path.");
        string? header = parsed.GetValue(CsvHeader);
        return new DataRequest(
            // A path is kept whole, so that the run can be resumed from another folder; what is none is best repeated as it was written.
            DataSets.Find(nameOrPath)?.Name ?? (Path.Exists(nameOrPath) ? Path.GetFullPath(nameOrPath) : nameOrPath),
            parsed.GetValue(DataDirectory) is { } directory ? Path.GetFullPath(directory) : null,
            new ImageConversion(parsed.GetValue(Size), parsed.GetValue(Grayscale)),
            new CsvForm(parsed.GetValue(CsvDelimiter), header is null ? null : header == "yes", parsed.GetValue(CsvLabel), parsed.GetValue(CsvRange), parsed.GetValue(CsvShape)));
    }

    /// <summary>An option whose value is read by <paramref name="parse"/>, which gives null for what it cannot read.</summary>
    private static Option<T?> Parsed<T>(string name, string helpName, string description, Func<string, T?> parse, string expected) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = (ArgumentResult result) =>
        {
            T? value = parse(result.Tokens[0].Value);
            if (value is null)
                result.AddError($"{name} '{result.Tokens[0].Value}': expected {expected}.");
            return value;
        },
    };
}
