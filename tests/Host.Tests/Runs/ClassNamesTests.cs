using GpuCgan.Host.Runs;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Runs;

public sealed class ClassNamesTests
{
    private static IReadOnlyList<string> Of(string? json, out bool areReadable)
    {
        Dictionary<string, string> metadata = [];
        if (json is not null)
            metadata[ClassNames.Field] = json;
        return ClassNames.Of(new CheckpointHeader(new Recipe(), new ImageShape(8, 8, 1), 2, 0, 1, metadata), out areReadable);
    }

    [Fact]
    public void Names_come_back_as_they_were_written()
    {
        string[] names = ["größe \"x\"", "猫, 犬"];
        Assert.Equal(names, Of(ClassNames.ToJson(names), out bool areReadable));
        Assert.True(areReadable);
    }

    [Fact]
    public void Without_names_the_numbers_are_the_names()
    {
        Assert.Equal(["0", "1"], Of(null, out bool areReadable));
        Assert.True(areReadable);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1, 2]")]
    [InlineData("null")]
    [InlineData("[\"a\"]")]
    [InlineData("[\"a\", null]")]
    [InlineData("[\"a\", \"\"]")]
    [InlineData("[\"a\", \"b\", \"c\"]")]
    public void Damaged_names_are_reported(string json)
    {
        Assert.Equal(["0", "1"], Of(json, out bool areReadable));
        Assert.False(areReadable);
    }
}
