using System.Globalization;
using System.Text;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Csv;

namespace GpuCgan.Host.Tests.Data.Csv;

public sealed class CsvDataSetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Put(string text, string name = "own.csv")
    {
        File.WriteAllText(folder.Entry(name), text);
        return folder.Entry(name);
    }

    private ImageDataSet Load(string text, CsvForm? form = null) => CsvDataSet.Load("own", Put(text), form ?? CsvForm.Inferred);

    private string Refusal(string text, CsvForm? form = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => Load(text, form)).Message;
        Assert.StartsWith(folder.Entry("own.csv") + ": ", message);
        Assert.DoesNotContain('\n', message);
        return message[(folder.Entry("own.csv").Length + 2)..];
    }

    private static CsvForm Form(CsvDelimiter? delimiter = null, bool? header = null, string? label = null, CsvRange? range = null, string? shape = null)
        => new(delimiter, header, label is null ? null : CsvLabel.Parse(label), range, shape is not null && CsvShape.TryParse(shape, out CsvShape parsed) ? parsed : null);

    /// <summary>Lines of four pixels and a label; the pixels of line i are i, i+1, i+2, i+3 times a factor.</summary>
    private static string Table(string delimiter = ",", bool labelFirst = false, string? header = null, double factor = 20, params string[] labels)
    {
        StringBuilder text = new(header is null ? "" : header + "\n");
        for (int i = 0; i < labels.Length; i++)
        {
            string pixels = string.Join(delimiter, Enumerable.Range(i, 4).Select(p => (p * factor).ToString(CultureInfo.InvariantCulture)));
            text.Append(labelFirst ? labels[i] + delimiter + pixels : pixels + delimiter + labels[i]).Append('\n');
        }

        return text.ToString();
    }

    private static readonly string[] Digits = ["0", "1", "2", "1", "0"];

    [Fact]
    public void The_digits_as_a_csv_are_the_embedded_ones_to_the_bit()
    {
        using Stream packed = typeof(DigitsDataSet).Assembly.GetManifestResourceStream("digits.csv.gz")!;
        using (FileStream file = File.Create(folder.Entry("d.csv.gz")))
            packed.CopyTo(file);
        (ImageDataSet train, ImageDataSet test) = DataSets.Load(new DataRequest(folder.Entry("d.csv.gz"), null));
        (ImageDataSet ownTrain, ImageDataSet ownTest) = DigitsDataSet.Load();
        Assert.Equal((ownTrain.ContentHash, ownTest.ContentHash), (train.ContentHash, test.ContentHash));
        Assert.Equal(ownTrain.ClassNames, train.ClassNames);
        Assert.Equal("d", train.Name);
        Assert.EndsWith("(commas, no header, label in column 65, pixels 0..16, 8x8)", train.Source);
    }

    [Theory]
    [InlineData(",", false, null)]
    [InlineData(",", true, null)]
    [InlineData(";", false, "a;b;c;d;label")]
    [InlineData("\t", true, "label\tp1\tp2\tp3\tp4")]
    [InlineData("|", true, "CLASS|1|2|3|4")]
    [InlineData(" ", false, "0 1 2 3 Target")]
    [InlineData(",", false, "0,1,2,3,4")]
    [InlineData(", ", true, "1 , 2 , 3 , 4 , 5")]
    public void The_form_is_inferred(string delimiter, bool labelFirst, string? header)
    {
        ImageDataSet set = Load(Table(delimiter, labelFirst, header, labels: Digits));
        Assert.Equal((5, 1, 2, 2), (set.Count, set.Channels, set.Height, set.Width));
        Assert.Equal([0, 20, 40, 60], set.Image(0).ToArray());
        Assert.Equal([80, 100, 120, 140], set.Image(4).ToArray());
        Assert.Equal([0, 1, 2, 1, 0], set.Labels.ToArray());
        Assert.Equal(["0", "1", "2"], set.ClassNames);
    }

    [Fact]
    public void A_label_may_stand_anywhere_under_its_name()
    {
        string text = "p,q,kind,r,s\n0,10,3,20,30\n40,50,4,60,255\n";
        ImageDataSet set = Load(text, Form(label: "kind"));
        Assert.Equal([0, 10, 20, 30, 40, 50, 60, 255], set.Pixels.ToArray());
        Assert.Equal(["3", "4"], set.ClassNames);
        Assert.Contains("line 1 has no column 'Kind'", Refusal(text, Form(label: "Kind")));
        Assert.Contains("line 1 is no header", Refusal(Table(labels: Digits), Form(label: "kind")));
    }

    [Fact]
    public void Words_are_classes_in_the_order_of_the_alphabet_and_numbers_in_theirs()
    {
        ImageDataSet words = Load(Table(labels: ["dog", "cat", "Ant", "cat", "\"a, b\""]));
        Assert.Equal(["Ant", "a, b", "cat", "dog"], words.ClassNames);
        Assert.Equal([3, 2, 0, 2, 1], words.Labels.ToArray());

        ImageDataSet numbers = Load(Table(labels: ["10", "9", "2", "9", "-1"]), Form(label: "last"));
        Assert.Equal(["-1", "2", "9", "10"], numbers.ClassNames);
        Assert.Equal([3, 2, 1, 2, 0], numbers.Labels.ToArray());

        // As NumPy's savetxt writes them.
        Assert.Equal(["0", "1"], Load(Table(labels: ["0.000000000000000000e+00", "1.000000000000000000e+00"])).ClassNames);
    }

    [Fact]
    public void Words_as_labels_do_not_make_a_header_of_the_first_line()
    {
        Assert.Equal(3, Load(Table(labels: ["cat", "dog", "cat"])).Count);
        Assert.Equal(3, Load(Table(header: "a,b,c,d,animal", labels: ["cat", "dog", "cat"])).Count);
        Assert.Equal(3, Load(Table(labelFirst: true, header: "animal,0,1,2,3", labels: ["cat", "dog", "cat"])).Count);
    }

    [Theory]
    [InlineData(1, "0,1,0.5,0.25", new byte[] { 0, 255, 128, 64 }, "0..1")]
    [InlineData(16, "0,16,8,1", new byte[] { 0, 255, 128, 16 }, "0..16")]
    [InlineData(255, "0,255,17,1", new byte[] { 0, 255, 17, 1 }, "0..255")]
    [InlineData(255, "0,3.5,2,1", new byte[] { 0, 4, 2, 1 }, "0..255")]
    public void The_range_is_inferred(int highest, string line, byte[] expected, string named)
    {
        ImageDataSet set = Load($"{line},0\n{line},1\n");
        Assert.Equal(expected, set.Image(1).ToArray());
        Assert.Contains($"pixels {named},", set.Source);
        Assert.Equal(expected, Load($"{line},0\n{line},1\n", Form(range: new CsvRange(0, highest))).Image(0).ToArray());
    }

    [Fact]
    public void A_stated_range_is_kept_to()
    {
        CsvForm form = Form(range: new CsvRange(-1, 1));
        Assert.Equal([0, 255, 128, 191], Load("-1,1,0,0.5,0\n-1,1,0,0.5,1\n", form).Image(0).ToArray());
        Assert.Contains("line 2, column 3 is 1.5, expected -1..1", Refusal("-1,1,0,0.5,0\n-1,1,1.5,0.5,1\n", form));
        // Dark images on the scale of 255 would be taken for 0..16 ones.
        Assert.Equal([0, 16, 8, 1], Load("0,16,8,1,0\n0,16,8,1,1\n", Form(range: new CsvRange(0, 255))).Image(0).ToArray());
    }

    [Theory]
    [InlineData("0,10,20,-1,0\n0,1,2,3,1\n", "line 1, column 4 is -1, expected 0 to 255")]
    [InlineData("0,10,20,30,0\n0,1,256,3,1\n", "line 2, column 3 is 256, expected 0 to 255")]
    public void Numbers_outside_of_every_range_ask_for_one(string text, string named) => Assert.Contains(named, Refusal(text));

    [Fact]
    public void Colour_lies_side_by_side_or_in_planes()
    {
        // The second line: a pixel of 10, 20, 30 and one of 40, 50, 60, if they lie side by side.
        string text = "2,1,3,4,5,6,a\n10,20,30,40,50,60,b\n";
        Assert.Equal([10, 40, 20, 50, 30, 60], Load(text, Form(shape: "1x2x3")).Image(1).ToArray());
        Assert.Equal([10, 20, 30, 40, 50, 60], Load(text, Form(shape: "3x1x2")).Image(1).ToArray());
        Assert.Equal((3, 2, 1), Load(text, Form(shape: "2x1x3")) is var tall ? (tall.Channels, tall.Height, tall.Width) : default);
        Assert.Equal((1, 2, 3), Load(text, Form(shape: "2x3")) is var gray ? (gray.Channels, gray.Height, gray.Width) : default);

        // 12 = 3 · 2², and no square.
        string square = string.Join(',', Enumerable.Range(1, 12).Select(i => i * 20)) + ",a\n" + string.Join(',', Enumerable.Range(1, 12).Select(i => i * 20)) + ",b\n";
        ImageDataSet inferred = Load(square);
        Assert.Equal((3, 2, 2), (inferred.Channels, inferred.Height, inferred.Width));
        Assert.Equal([20, 80, 140, 200, 40, 100, 160, 220, 60, 120, 180, 240], inferred.Image(0).ToArray());
    }

    [Fact]
    public void A_shape_that_cannot_be_told_is_asked_for()
    {
        Assert.Contains("a line has 6 pixels beside its label, which make no square image", Refusal("2,1,3,4,5,60,a\n1,2,3,4,5,60,b\n"));
        Assert.Contains("a line has 6 pixels beside its label, expected 4 for --csv-shape 2x2", Refusal("2,1,3,4,5,60,a\n1,2,3,4,5,60,b\n", Form(shape: "2x2")));
    }

    [Fact]
    public void A_label_that_cannot_be_told_is_asked_for()
    {
        // Both ends count from 0 without a gap, or neither does.
        Assert.Contains("line 1 does not tell whether the label is the first or the last column", Refusal("0,50,60,70,1\n1,50,60,70,0\n"));
        Assert.Contains("line 1 does not tell", Refusal("7,50,60,70,80\n9,50,60,70,90\n"));
        Assert.Equal([1, 0], Load("0,50,60,70,1\n1,50,60,70,0\n", Form(label: "last")).Labels.ToArray());
        Assert.Equal([0, 1], Load("0,50,60,70,1\n1,50,60,70,0\n", Form(label: "first")).Labels.ToArray());
        // A corner that is always black is no label, nor is one with gaps.
        Assert.Equal([1, 0], Load("0,50,60,70,1\n0,50,60,70,0\n").Labels.ToArray());
        Assert.Equal([1, 0], Load("0,50,60,70,1\n2,50,60,70,0\n").Labels.ToArray());
        Assert.Contains("line 1 calls both column 1 and column 5 a label", Refusal("label,a,b,c,class\n0,50,60,70,1\n1,50,60,70,0\n"));
    }

    [Theory]
    [InlineData("", "the file has no lines")]
    [InlineData("\n \n", "the file has no lines")]
    [InlineData("word\n", "the first line is one field")]
    [InlineData("a,b,c,d,label\n", "the file has a header alone")]
    [InlineData("0,10,20,30,0\n0,10,20,x,1\n", "line 2, column 4 is 'x', expected a pixel's number")]
    [InlineData("0,10,20,30,0\n0,10,20,,1\n", "line 2, column 4 is ''")]
    [InlineData("0,10,20,30,0\n\n0,10,20,30\n", "line 3 has 4 columns, expected 5")]
    [InlineData("0,10,20,30,0\n0,10,20,30,40,1\n", "line 2 has 6 columns, expected 5")]
    [InlineData("0,10,20,30,a\n0,10,20,30,\"\"\n", "line 2, column 5 is empty")]
    [InlineData("0,10,20,NaN,0\n0,10,20,30,1\n0,0,0,0,0", "line 1, column 4 is 'NaN'")]
    public void What_is_wrong_is_named_with_its_line(string text, string named) => Assert.Contains(named, Refusal(text));

    [Fact]
    public void A_label_must_be_whole_short_and_one_of_256()
    {
        Assert.Contains("line 2, column 5 is 0.5, expected a word or a whole number", Refusal("0,10,20,30,0\n0,10,20,30,0.5\n", Form(label: "last")));
        Assert.Contains("expected a label of 1 to 64 characters", Refusal($"0,10,20,30,a\n0,10,20,30,{new string('b', 65)}\n"));
        Assert.Equal(64, Load($"0,10,20,30,a\n0,10,20,30,{new string('b', 64)}\n").ClassNames[1].Length);
        string many = string.Concat(Enumerable.Range(0, 257).Select(i => $"0,10,20,30,{i}\n"));
        Assert.Contains("line 257, column 5 is '256', a label after 256 different ones", Refusal(many, Form(label: "last")));
        Assert.Equal(256, Load(many[..many.LastIndexOf("0,10", StringComparison.Ordinal)]).ClassNames.Count);
    }

    [Fact]
    public void What_is_no_text_is_refused()
    {
        File.WriteAllBytes(folder.Entry("own.csv"), [0, 0, 8, 3, 0, 0, 0, 1]);
        Assert.Contains("no text in UTF-8", Assert.Throws<InvalidDataException>(() => CsvDataSet.Load("own", folder.Entry("own.csv"), CsvForm.Inferred)).Message);
        File.WriteAllText(folder.Entry("own.csv"), Table(labels: Digits), Encoding.Unicode);
        Assert.Contains("no text in UTF-8", Assert.Throws<InvalidDataException>(() => CsvDataSet.Load("own", folder.Entry("own.csv"), CsvForm.Inferred)).Message);
        File.WriteAllText(folder.Entry("own.csv"), Table(labels: Digits), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(5, CsvDataSet.Load("own", folder.Entry("own.csv"), CsvForm.Inferred).Count);
        Assert.Contains("there is no such file, expected a CSV file", Assert.Throws<FileNotFoundException>(() => CsvDataSet.Load("own", folder.Entry("none.csv"), CsvForm.Inferred)).Message);
    }

    [Fact]
    public void Options_of_a_csv_are_refused_beside_anything_else()
    {
        DataRequest request = new("digits", null, ImageConversion.None, Form(label: "first"));
        Assert.Contains("--csv-label first: data set 'digits' is no CSV file", Assert.Throws<InvalidDataException>(() => DataSets.Load(request)).Message);
        Assert.Contains("--csv-header no", Assert.Throws<InvalidDataException>(() => DataSets.Load(request with { NameOrPath = folder.FullPath, Csv = Form(header: false) })).Message);
    }

    [Theory]
    [InlineData("0..255", 0, 255)]
    [InlineData("-1..1", -1, 1)]
    [InlineData("0.5..1.5", 0.5, 1.5)]
    public void Ranges_are_read(string text, double low, double high)
    {
        Assert.True(CsvRange.TryParse(text, out CsvRange range));
        Assert.Equal((low, high, text), (range.Low, range.High, range.ToString()));
        Assert.Equal((0, 255), (range.ToByte(low), range.ToByte(high)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0-255")]
    [InlineData("1..1")]
    [InlineData("2..1")]
    [InlineData("0..")]
    [InlineData("0..NaN")]
    [InlineData("0..1e9")]
    public void Other_ranges_are_refused(string text) => Assert.False(CsvRange.TryParse(text, out _));

    [Theory]
    [InlineData("28x28", 28, 28, 1, false)]
    [InlineData("2x3x3", 2, 3, 3, false)]
    [InlineData("3x2x5", 2, 5, 3, true)]
    [InlineData("3x3x3", 3, 3, 3, false)]
    public void Shapes_are_read(string text, int height, int width, int channels, bool planar)
    {
        Assert.True(CsvShape.TryParse(text, out CsvShape shape));
        Assert.Equal(new CsvShape(new ImageSize(height, width), channels, planar), shape);
        Assert.Equal(text, shape.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("28")]
    [InlineData("28x0")]
    [InlineData("2x3x4")]
    [InlineData("5000x1")]
    [InlineData("1x2x3x1")]
    public void Other_shapes_are_refused(string text) => Assert.False(CsvShape.TryParse(text, out _));
}
