using System.Text.Json.Nodes;
using GpuCgan.Host.Data.Csv;

namespace GpuCgan.Host.Data;

/// <summary>Which data set, and how it is to be read: all that a run must remember to find the same images again.</summary>
/// <param name="NameOrPath">A known name, a folder or a CSV file.</param>
/// <param name="DataDirectory">The value of <c>--data-dir</c>, or null.</param>
/// <param name="Conversion">What is done to the images.</param>
/// <param name="Csv">What the user said of a CSV file's form.</param>
public sealed record DataRequest(string NameOrPath, string? DataDirectory, ImageConversion Conversion, CsvForm Csv)
{
    public DataRequest(string nameOrPath, string? dataDirectory)
        : this(nameOrPath, dataDirectory, ImageConversion.None, CsvForm.Inferred)
    {
    }

    /// <summary>The options beside name and folder, as options.json holds them; null for one that was not given.</summary>
    public JsonObject OptionsToJson() => new()
    {
        ["size"] = Conversion.Size?.ToString(),
        ["grayscale"] = Conversion.Grayscale,
        ["csv_delimiter"] = Csv.Delimiter?.Name,
        ["csv_header"] = Csv.HasHeader,
        ["csv_label"] = Csv.Label?.ToString(),
        ["csv_range"] = Csv.Range?.ToString(),
        ["csv_shape"] = Csv.Shape?.ToString(),
    };

    /// <summary>The inverse of <see cref="OptionsToJson"/>.</summary>
    /// <param name="nameOrPath">See <see cref="NameOrPath"/>.</param>
    /// <param name="dataDirectory">See <see cref="DataDirectory"/>.</param>
    /// <param name="options">The object; null, as in runs of before there were such options, means that none was given.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="InvalidDataException">A field is not what it should be.</exception>
    public static DataRequest FromJson(string nameOrPath, string? dataDirectory, JsonNode? options, string source)
    {
        if (options is null)
            return new DataRequest(nameOrPath, dataDirectory);
        if (options is not JsonObject fields)
            throw new InvalidDataException($"{source}: data_options is no object; the file is damaged.");

        ImageSize? size = Text("size") is not { } sizeText ? null : ImageSize.TryParse(sizeText, out ImageSize parsedSize) ? parsedSize : throw Bad("size");
        CsvDelimiter? delimiter = Text("csv_delimiter") is not { } delimiterText ? null : CsvDelimiter.TryParse(delimiterText) ?? throw Bad("csv_delimiter");
        CsvLabel? label = Text("csv_label") is not { } labelText ? null : CsvLabel.Parse(labelText);
        CsvRange? range = Text("csv_range") is not { } rangeText ? null : CsvRange.TryParse(rangeText, out CsvRange parsedRange) ? parsedRange : throw Bad("csv_range");
        CsvShape? shape = Text("csv_shape") is not { } shapeText ? null : CsvShape.TryParse(shapeText, out CsvShape parsedShape) ? parsedShape : throw Bad("csv_shape");
        return new DataRequest(nameOrPath, dataDirectory, new ImageConversion(size, Flag("grayscale") ?? false), new CsvForm(delimiter, Flag("csv_header"), label, range, shape));

        string? Text(string field) => fields[field] is not { } node ? null : node is JsonValue value && value.TryGetValue(out string? text) ? text : throw Bad(field);

        bool? Flag(string field) => fields[field] is not { } node ? null : node is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw Bad(field);

        InvalidDataException Bad(string field) => new($"{source}: data_options.{field} is not what this program writes there; the file is damaged.");
    }
}
