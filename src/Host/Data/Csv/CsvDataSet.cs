using System.Globalization;

namespace GpuCgan.Host.Data.Csv;

/// <summary>A CSV file as a data set: a line an image, its pixels and its label in columns, plain or gzipped.</summary>
internal static class CsvDataSet
{
    /// <param name="name">What the user calls the data set.</param>
    /// <param name="path">The file.</param>
    /// <param name="form">What is known of its form; the rest is inferred.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file's form cannot be told, or a field is not what it should be; the message names the line and the column.</exception>
    public static ImageDataSet Load(string name, string path, CsvForm form)
    {
        ReadOnlyMemory<byte> text = ReadText(path);
        CsvLayout layout = CsvLayout.Of(path, text, form);
        CsvReader reader = new(path, text, layout.Delimiter);
        CsvShape shape = ShapeOf(path, form, layout);
        CsvLabels labels = new();
        CsvPixelStatistics statistics = new();
        int count = 0;
        foreach (CsvReader line in Lines(reader, layout))
        {
            count++;
            statistics.NextLine(line.LineNumber);
            for (int i = 0; i < layout.Columns; i++)
            {
                if (i == layout.LabelColumn)
                    labels.Add(line, i);
                else
                    statistics.Add(NumberAt(line, i), i);
            }
        }

        if (count == 0)
            throw new InvalidDataException($"{path}: the file has a header alone, expected an image and a label a line; is it the right file?");
        CsvRange range = form.Range ?? statistics.InferRange(path);
        ImageConversion.CheckRoom(path, count, shape.Channels, shape.Size);
        byte[] pixels = Fill(reader, layout, shape, range, count);
        (int[] indices, string[] classNames) = labels.ToClasses();
        string source = string.Create(CultureInfo.InvariantCulture, $"{path} ({layout}, pixels {range}, {shape})");
        return new ImageDataSet(name, source, "all", shape.Channels, shape.Size.Height, shape.Size.Width, pixels, indices, classNames);
    }

    private static ReadOnlyMemory<byte> ReadText(string path)
    {
        const int LookedAt = 4096;
        byte[] content = StoredFile.Read(path, "a CSV file");
        if (content.AsSpan(0, Math.Min(content.Length, LookedAt)).Contains((byte)0))
            throw new InvalidDataException($"{path}: the file is no text in UTF-8, expected a CSV file; for IDX files name their folder, and save a table in UTF-8");
        ReadOnlySpan<byte> byteOrderMark = [0xef, 0xbb, 0xbf];
        return content.AsMemory(content.AsSpan().StartsWith(byteOrderMark) ? byteOrderMark.Length : 0);
    }

    private static CsvShape ShapeOf(string path, CsvForm form, CsvLayout layout)
    {
        int columns = layout.Columns - 1;
        if (form.Shape is { } stated)
        {
            return stated.Columns == columns ? stated
                : throw new InvalidDataException($"{path}: a line has {columns} pixels beside its label, expected {stated.Columns} for --csv-shape {stated}; correct the option");
        }

        return CsvShape.Infer(columns)
            ?? throw new InvalidDataException($"{path}: a line has {columns} pixels beside its label, which make no square image of 1 or 3 channels, expected their shape to be stated: --csv-shape HEIGHTxWIDTH, HEIGHTxWIDTHx3 or 3xHEIGHTxWIDTH");
    }

    /// <summary>The lines behind the header, each of the right number of columns.</summary>
    private static IEnumerable<CsvReader> Lines(CsvReader reader, CsvLayout layout)
    {
        reader.Rewind();
        if (layout.HasHeader)
            reader.Read();
        while (reader.Read())
        {
            reader.Require(layout.Columns);
            yield return reader;
        }
    }

    private static double NumberAt(CsvReader line, int column) => CsvNumber.TryParse(line.Field(column), out double value) ? value
        : throw line.Bad(column, $"is '{line.Shown(column)}'", "a pixel's number; correct the file, or state --csv-label and --csv-header");

    private static byte[] Fill(CsvReader reader, CsvLayout layout, CsvShape shape, CsvRange range, int count)
    {
        byte[] pixels = new byte[count * shape.Columns];
        int[] places = [.. Enumerable.Range(0, shape.Columns).Select(shape.Place)];
        int image = 0;
        foreach (CsvReader line in Lines(reader, layout))
        {
            Span<byte> to = pixels.AsSpan(image++ * shape.Columns, shape.Columns);
            for (int i = 0, pixel = 0; i < layout.Columns; i++)
            {
                if (i == layout.LabelColumn)
                    continue;
                double value = NumberAt(line, i);
                if (!(value >= range.Low && value <= range.High))
                    throw line.Bad(i, $"is {line.Shown(i)}", $"{range} for a pixel; correct the file, or state --csv-range");
                to[places[pixel++]] = range.ToByte(value);
            }
        }

        return pixels;
    }
}
