using System.Text;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Data.Csv;

/// <summary>
/// Walks over the lines of a CSV text (RFC 4180, except that a quoted field must end on its line) and finds their fields without copying them. Empty lines are passed
/// over; spaces and tabs around a field do not belong to it.
/// </summary>
internal sealed class CsvReader
{
    /// <summary>More columns than the largest readable image has would be a mistake, and cost memory a line.</summary>
    public const int MaxColumns = 1 << 20;

    private const byte Quote = (byte)'"';

    private readonly string path;
    private readonly ReadOnlyMemory<byte> text;
    private readonly byte delimiter;
    private readonly bool spaced;
    private Range[] fields = new Range[64];
    private int next;

    public CsvReader(string path, ReadOnlyMemory<byte> text, CsvDelimiter delimiter)
    {
        this.path = path;
        this.text = text;
        this.delimiter = delimiter.Byte;
        spaced = delimiter == CsvDelimiter.Space;
    }

    /// <summary>Of the current line, from 1.</summary>
    public int LineNumber { get; private set; }

    /// <summary>Fields of the current line.</summary>
    public int Count { get; private set; }

    /// <summary>Goes to the next line that is not empty; false at the end.</summary>
    /// <exception cref="InvalidDataException">A quoted field is not well formed, or there are too many fields.</exception>
    public bool Read()
    {
        while (next < text.Length)
        {
            ReadOnlySpan<byte> rest = text.Span[next..];
            int length = rest.IndexOf((byte)'\n');
            if (length < 0)
                length = rest.Length;
            int start = next;
            next += Math.Min(rest.Length, length + 1);
            LineNumber++;
            ReadOnlySpan<byte> line = rest[..length].TrimEnd((byte)'\r');
            if (Trim(line, out _).IsEmpty)
                continue;
            Split(line, start);
            return true;
        }

        return false;
    }

    /// <summary>Starts again before the first line.</summary>
    public void Rewind() => (next, LineNumber, Count) = (0, 0, 0);

    /// <summary>A field's bytes, without quotes around it. A doubled quote within is still doubled.</summary>
    public ReadOnlySpan<byte> Field(int index) => text.Span[fields[index]];

    /// <summary>A field as text.</summary>
    /// <exception cref="InvalidDataException">The bytes are no UTF-8.</exception>
    public string Text(int index)
    {
        ReadOnlySpan<byte> field = Field(index);
        if (!System.Text.Unicode.Utf8.IsValid(field))
            throw Bad(index, "is no UTF-8", "text in UTF-8; save the file in that encoding");
        return Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    /// <summary>Checks the number of fields of the current line.</summary>
    /// <exception cref="InvalidDataException">It is another.</exception>
    public void Require(int columns)
    {
        if (Count != columns)
            throw Bad($"has {Count} columns", $"{columns} as in the first line; correct the file, or state --csv-delimiter");
    }

    /// <summary>An error in a field of the current line.</summary>
    /// <param name="index">The field.</param>
    /// <param name="found">Such as <c>is 'x'</c>.</param>
    /// <param name="expected">What was expected, and what to do.</param>
    public InvalidDataException Bad(int index, string found, string expected) => new($"{path}: line {LineNumber}, column {index + 1} {found}, expected {expected}");

    /// <summary>An error in the current line.</summary>
    public InvalidDataException Bad(string found, string expected) => new($"{path}: line {LineNumber} {found}, expected {expected}");

    /// <summary>A field for a message: cut where it is long, without characters that would break the line or steer a terminal.</summary>
    public string Shown(int index)
    {
        const int Longest = 24;
        string all = Encoding.UTF8.GetString(Field(index)[..Math.Min(Field(index).Length, 4 * Longest)]);
        return QuotedText.Plain(all.Length > Longest ? all[..Longest] + "…" : all);
    }

    private void Split(ReadOnlySpan<byte> line, int start)
    {
        Count = 0;
        int at = 0;
        if (spaced)
        {
            line = Trim(line, out int skipped);
            start += skipped;
        }

        while (true)
        {
            int end = EndOfField(line, at);
            ReadOnlySpan<byte> field = Trim(line[at..end], out int trimmed);
            int first = start + at + trimmed, length = field.Length;
            if (length >= 2 && field[0] == Quote && field[^1] == Quote)
                (first, length) = (first + 1, length - 2);
            Add(first, length);
            if (end == line.Length)
                return;
            at = end + 1;
            while (spaced && line[at] == delimiter)
                at++;
        }
    }

    /// <summary>Where the field that starts at <paramref name="at"/> ends: at a delimiter that is not within quotes, or with the line.</summary>
    private int EndOfField(ReadOnlySpan<byte> line, int at)
    {
        int quote = at;
        while (quote < line.Length && IsBlank(line[quote]) && line[quote] != delimiter)
            quote++;
        int from = at;
        if (quote < line.Length && line[quote] == Quote)
        {
            from = quote + 1;
            while (true)
            {
                int closing = line[from..].IndexOf(Quote);
                if (closing < 0)
                    throw Bad(Count, "has an opening quote and no closing one", "both on one line");
                from += closing + 1;
                if (from == line.Length || line[from] != Quote)
                    break;
                from++;
            }
        }

        int length = line[from..].IndexOf(delimiter);
        int end = length < 0 ? line.Length : from + length;
        if (from > at && !Trim(line[from..end], out _).IsEmpty)
            throw Bad(Count, "goes on behind its closing quote", "a delimiter there");
        return end;
    }

    private void Add(int first, int length)
    {
        if (Count == MaxColumns)
            throw Bad($"has more than {MaxColumns} columns", "an image and a label a line");
        if (Count == fields.Length)
            Array.Resize(ref fields, 2 * fields.Length);
        fields[Count++] = first..(first + length);
    }

    private static bool IsBlank(byte b) => b is (byte)' ' or (byte)'\t';

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> span, out int skipped)
    {
        skipped = 0;
        while (skipped < span.Length && IsBlank(span[skipped]))
            skipped++;
        int end = span.Length;
        while (end > skipped && IsBlank(span[end - 1]))
            end--;
        return span[skipped..end];
    }
}
