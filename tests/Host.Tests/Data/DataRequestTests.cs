using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Data.Csv;

namespace GpuCgan.Host.Tests.Data;

public sealed class DataRequestTests
{
    public static TheoryData<string> Requests() => ["none", "size", "gray", "csv", "name", "planar"];

    private static DataRequest Request(string which) => which switch
    {
        "size" => new("x", null, new ImageConversion(new ImageSize(12, 34), false), CsvForm.Inferred),
        "gray" => new("x", "y", new ImageConversion(null, true), CsvForm.Inferred),
        "csv" => new("x", null, ImageConversion.None, new CsvForm(CsvDelimiter.Space, false, CsvLabel.Last, new CsvRange(-1, 0.1), new CsvShape(new ImageSize(5, 6), 3, false))),
        "name" => new("x", null, ImageConversion.None, new CsvForm(null, true, new CsvLabel("what it is", false), null, null)),
        "planar" => new("x", null, ImageConversion.None, new CsvForm(null, null, null, null, new CsvShape(new ImageSize(5, 6), 3, true))),
        _ => new("x", null),
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void Options_come_back_from_json(string which)
    {
        DataRequest request = Request(which);
        JsonNode json = JsonNode.Parse(request.OptionsToJson().ToJsonString())!;
        Assert.Equal(request, DataRequest.FromJson(request.NameOrPath, request.DataDirectory, json, "options.json"));
    }

    [Fact]
    public void A_run_of_before_there_were_options_had_none() => Assert.Equal(new DataRequest("x", null), DataRequest.FromJson("x", null, null, "options.json"));

    [Theory]
    [InlineData("""{ "size": "99" }""", "data_options.size")]
    [InlineData("""{ "size": 28 }""", "data_options.size")]
    [InlineData("""{ "grayscale": "yes" }""", "data_options.grayscale")]
    [InlineData("""{ "csv_range": "1..0" }""", "data_options.csv_range")]
    [InlineData("""{ "csv_shape": "5" }""", "data_options.csv_shape")]
    [InlineData("""{ "csv_delimiter": "dash" }""", "data_options.csv_delimiter")]
    [InlineData("""{ "csv_header": 1 }""", "data_options.csv_header")]
    [InlineData("[]", "data_options is no object")]
    public void Damaged_options_are_named(string json, string named)
        => Assert.Contains("options.json: " + named, Assert.Throws<InvalidDataException>(() => DataRequest.FromJson("x", null, JsonNode.Parse(json), "options.json")).Message);
}
