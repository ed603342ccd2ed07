namespace GpuCgan.Host.Data.Csv;

/// <summary>The form that a CSV file is read in: what the user said, and the rest inferred from its lines.</summary>
/// <param name="Delimiter">What stands between two fields.</param>
/// <param name="HasHeader">Whether the first line names the columns.</param>
/// <param name="Columns">Fields of every line.</param>
/// <param name="LabelColumn">The label's, from 0.</param>
/// <param name="LabelName">Its name, where there is a header.</param>
internal sealed record CsvLayout(CsvDelimiter Delimiter, bool HasHeader, int Columns, int LabelColumn, string? LabelName)
{
    /// <summary>What a label's column is commonly called. Compared without case.</summary>
    private static readonly string[] LabelNames = ["label", "labels", "class", "target", "y"];

    /// <exception cref="InvalidDataException">The form cannot be told; the message names the option that states it.</exception>
    public static CsvLayout Of(string path, ReadOnlyMemory<byte> text, CsvForm form)
    {
        CsvDelimiter delimiter = form.Delimiter ?? InferDelimiter(path, text);
        CsvReader reader = new(path, text, delimiter);
        if (!reader.Read())
            throw Empty(path);
        if (reader.Count < 2)
            throw reader.Bad($"is one field when cut at {delimiter.Name}s", "an image and a label; state the delimiter with --csv-delimiter");
        bool hasHeader = form.HasHeader ?? IsHeader(reader);
        int columns = reader.Count;
        int labelColumn = form.Label is { } label ? Place(label, reader, hasHeader)
            : FindByName(reader, hasHeader) ?? InferByContent(reader, hasHeader);
        reader.Rewind();
        reader.Read();
        return new CsvLayout(delimiter, hasHeader, columns, labelColumn, hasHeader ? reader.Text(labelColumn) : null);
    }

    /// <summary>The form in words, for the data set's source.</summary>
    public override string ToString() =>
        $"{Delimiter.Name}s, {(HasHeader ? $"header, label in column '{LabelName}'" : $"no header, label in column {LabelColumn + 1}")}";

    /// <summary>The delimiter that cuts the first line into the most fields; spaces only where no other cuts it.</summary>
    private static CsvDelimiter InferDelimiter(string path, ReadOnlyMemory<byte> text)
    {
        CsvDelimiter? best = null;
        int most = 1;
        foreach (CsvDelimiter candidate in CsvDelimiter.All)
        {
            CsvReader reader = new(path, text, candidate);
            if (!reader.Read())
                throw Empty(path);
            if (reader.Count > most && !(candidate == CsvDelimiter.Space && best is not null))
                (best, most) = (candidate, reader.Count);
        }

        return best ?? throw new InvalidDataException($"{path}: the first line is one field, expected an image and a label, cut by one of {string.Join(", ", CsvDelimiter.All.Select(d => d.Name))}; is it a CSV file?");
    }

    /// <summary>
    /// Whether the line that the reader stands on is a header: when more than half of its fields are no numbers, or its numbers, three at least, count up from 0 or 1 as
    /// the names of columns without names do.
    /// </summary>
    private static bool IsHeader(CsvReader reader)
    {
        int numbers = 0;
        double first = 0;
        bool counting = true;
        for (int i = 0; i < reader.Count; i++)
        {
            if (!CsvNumber.TryParse(reader.Field(i), out double value))
                continue;
            if (numbers == 0)
                first = value;
            counting &= value == first + numbers && first is 0 or 1;
            numbers++;
        }

        return reader.Count - numbers > numbers || (counting && numbers >= 3);
    }

    /// <summary>The column that the user named. The reader stands on the first line.</summary>
    private static int Place(CsvLabel label, CsvReader reader, bool hasHeader)
    {
        if (label.Column is null)
            return label.IsLast ? reader.Count - 1 : 0;
        if (!hasHeader)
            throw reader.Bad("is no header", $"the names of the columns for --csv-label {label.Column}; use first or last, or state --csv-header yes");
        for (int i = 0; i < reader.Count; i++)
        {
            if (reader.Text(i) == label.Column)
                return i;
        }

        throw reader.Bad($"has no column '{label.Column}'", "one of that name for --csv-label; the first is '" + reader.Shown(0) + "', the last '" + reader.Shown(reader.Count - 1) + "'");
    }

    /// <summary>The one column that the header calls a label; null where there is no header or no such column.</summary>
    private static int? FindByName(CsvReader reader, bool hasHeader)
    {
        if (!hasHeader)
            return null;
        int[] found = [.. Enumerable.Range(0, reader.Count).Where(i => reader.Field(i).Length <= 8 && LabelNames.Contains(reader.Text(i), StringComparer.OrdinalIgnoreCase))];
        return found.Length <= 1 ? found.Cast<int?>().SingleOrDefault()
            : throw reader.Bad($"calls both column {found[0] + 1} and column {found[1] + 1} a label", "one; state it with --csv-label");
    }

    /// <summary>
    /// The first or the last column, whichever alone can be a label: words, or whole numbers that are just 0 … K−1 or 1 … K for 2 to 256 classes. A corner pixel that
    /// is always black, and one that has gaps between its values, cannot.
    /// </summary>
    private static int InferByContent(CsvReader reader, bool hasHeader)
    {
        int columns = reader.Count, last = columns - 1;
        LabelCandidate firstColumn = new(), lastColumn = new();
        reader.Rewind();
        if (hasHeader)
            reader.Read();
        while (reader.Read())
        {
            reader.Require(columns);
            firstColumn.Add(reader.Field(0));
            lastColumn.Add(reader.Field(last));
        }

        reader.Rewind();
        reader.Read();
        return (firstColumn.IsPossible, lastColumn.IsPossible) switch
        {
            (true, false) => 0,
            (false, true) => last,
            _ when firstColumn.HasWords != lastColumn.HasWords => firstColumn.HasWords ? 0 : last,
            _ => throw reader.Bad("does not tell whether the label is the first or the last column", "it to be stated: --csv-label first, last or a column's name"),
        };
    }

    private static InvalidDataException Empty(string path) => new($"{path}: the file has no lines, expected an image and a label a line; is it the right file?");

    /// <summary>What a column's values say about its being the label.</summary>
    private sealed class LabelCandidate
    {
        private readonly HashSet<double> values = [];
        private bool isExcluded;

        public bool HasWords { get; private set; }

        public bool IsPossible
        {
            get
            {
                if (HasWords)
                    return true;
                double lowest = values.Count == 0 ? -1 : values.Min();
                return !isExcluded && values.Count is >= 2 and <= DataSets.MaxClasses && lowest is 0 or 1 && values.Max() == lowest + values.Count - 1;
            }
        }

        public void Add(ReadOnlySpan<byte> field)
        {
            if (!CsvNumber.TryParse(field, out double value))
                HasWords |= !field.IsEmpty;
            else if (value != Math.Floor(value) || values.Count > DataSets.MaxClasses)
                isExcluded = true;
            else
                values.Add(value);
        }
    }
}
