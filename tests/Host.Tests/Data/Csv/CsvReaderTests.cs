using System.Text;
using GpuCgan.Host.Data.Csv;

namespace GpuCgan.Host.Tests.Data.Csv;

public sealed class CsvReaderTests
{
    private static CsvReader Reader(string text, string delimiter = "comma") => new("a.csv", Encoding.UTF8.GetBytes(text), CsvDelimiter.TryParse(delimiter)!);

    private static string[] Fields(CsvReader reader) => [.. Enumerable.Range(0, reader.Count).Select(reader.Text)];

    private static string[][] All(CsvReader reader)
    {
        List<string[]> lines = [];
        while (reader.Read())
            lines.Add(Fields(reader));
        return [.. lines];
    }

    [Theory]
    [InlineData("a,b,c", "comma", "a|b|c")]
    [InlineData("a;b,c", "semicolon", "a|b,c")]
    [InlineData("a\tb c", "tab", "a|b c")]
    [InlineData("a\t\tb", "tab", "a||b")]
    [InlineData("a|b", "pipe", "a|b")]
    [InlineData("  a   b c ", "space", "a|b|c")]
    [InlineData(" a , b ", "comma", "a|b")]
    [InlineData(",", "comma", "|")]
    [InlineData("a,", "comma", "a|")]
    [InlineData("\"a,b\",c", "comma", "a,b|c")]
    [InlineData("x, \"a \"\"b\"\" c\" ,y", "comma", "x|a \"b\" c|y")]
    [InlineData("\"\",\"\"\"\"", "comma", "|\"")]
    [InlineData("a\"b,c", "comma", "a\"b|c")]
    [InlineData("\"a b\" c", "space", "a b|c")]
    [InlineData("größe,猫", "comma", "größe|猫")]
    public void A_line_is_cut_at_its_delimiters(string line, string delimiter, string expected)
    {
        CsvReader reader = Reader(line, delimiter);
        Assert.True(reader.Read());
        Assert.Equal(expected, string.Join('|', Fields(reader)));
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData("a,b\nc,d")]
    [InlineData("a,b\nc,d\n")]
    [InlineData("a,b\r\nc,d\r\n")]
    [InlineData("\n\na,b\n   \n\r\nc,d\n\n")]
    public void Ends_of_lines_and_empty_lines_do_not_matter(string text)
    {
        CsvReader reader = Reader(text);
        string[][] lines = All(reader);
        Assert.Equal([["a", "b"], ["c", "d"]], lines);
        reader.Rewind();
        Assert.Equal(lines, All(reader));
    }

    [Fact]
    public void Lines_are_numbered_as_in_an_editor()
    {
        CsvReader reader = Reader("\na,b\n\n\nc,d");
        Assert.True(reader.Read());
        Assert.Equal(2, reader.LineNumber);
        Assert.True(reader.Read());
        Assert.Equal(5, reader.LineNumber);
    }

    [Theory]
    [InlineData("a,\"b", "line 1, column 2 has an opening quote and no closing one")]
    [InlineData("\"a\nb\",c", "line 1, column 1 has an opening quote")]
    [InlineData("x,y\n\"a\"b,c", "line 2, column 1 goes on behind its closing quote")]
    public void Quotes_that_do_not_fit_are_named(string text, string named)
    {
        CsvReader reader = Reader(text);
        Assert.StartsWith("a.csv: " + named, Assert.Throws<InvalidDataException>(() => All(reader)).Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_named()
    {
        CsvReader reader = new("a.csv", new byte[] { (byte)'a', (byte)',', 0xff, 0xfe }, CsvDelimiter.TryParse("comma")!);
        reader.Read();
        Assert.Contains("line 1, column 2 is no UTF-8", Assert.Throws<InvalidDataException>(() => reader.Text(1)).Message);
    }

    [Fact]
    public void Columns_without_end_are_refused()
        => Assert.Contains("more than 1048576 columns", Assert.Throws<InvalidDataException>(() => Reader(new string(',', CsvReader.MaxColumns)).Read()).Message);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("255", 255)]
    [InlineData("007", 7)]
    [InlineData("999999999", 999999999)]
    [InlineData("12345678901", 12345678901)]
    [InlineData("-3", -3)]
    [InlineData("+3", 3)]
    [InlineData("0.5", 0.5)]
    [InlineData("3.000000000000000000e+00", 3)]
    [InlineData("1E-3", 0.001)]
    public void Numbers_are_read(string text, double expected)
    {
        Assert.True(CsvNumber.TryParse(Encoding.UTF8.GetBytes(text), out double value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1a")]
    [InlineData("1 2")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("٣")]
    public void Other_text_is_no_number(string text) => Assert.False(CsvNumber.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
