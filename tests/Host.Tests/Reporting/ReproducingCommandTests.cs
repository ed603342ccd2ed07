using System.Text.Json.Nodes;
using GpuCgan.Host.Reporting;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Reporting;

public class ReproducingCommandTests
{
    /// <summary>options.json of the bare command, and what makes it another.</summary>
    private static JsonObject Options(Action<JsonObject>? change = null, Recipe? recipe = null)
    {
        var options = new JsonObject
        {
            ["data"] = "digits", ["data_dir"] = null, ["data_options"] = null, ["training_images"] = 1438, ["device"] = "cpu", ["seed"] = 0UL, ["steps"] = 19998,
            ["sample_interval"] = 88, ["checkpoint_interval"] = 88, ["keep_checkpoints"] = 3, ["recipe"] = RecipeFile.ToJson(recipe ?? RecipeFile.Load("mlp")),
        };
        int interval = (int)(19998L * (int)options["recipe"]!["batch_size"]! / 1438 / 10);
        (options["sample_interval"], options["checkpoint_interval"]) = (interval, interval);
        change?.Invoke(options);
        return options;
    }

    private static string Of(JsonObject options) => ReproducingCommand.Of(JsonNode.Parse(options.ToJsonString())!.AsObject(), "runs/my run/options.json");

    [Fact]
    public void TheBareCommandNamesItsDeviceAlone() => Assert.Equal("gpucgan train --device cpu", Of(Options()));

    [Fact]
    public void EveryOtherValueIsAnOption()
    {
        Assert.Equal("gpucgan train --device cuda:0 --precision tf32", Of(Options(o => (o["device"], o["precision"]) = ("cuda:0", "tf32"))));
        Assert.Equal("gpucgan train --device cuda:0 --precision tf32x3", Of(Options(o => (o["device"], o["precision"]) = ("cuda:0", "tf32x3"))));
        Assert.Equal("gpucgan train --device cuda:0 --seed 18446744073709551615", Of(Options(o => (o["device"], o["seed"]) = ("cuda:0", ulong.MaxValue))));
        Assert.Equal(
            "gpucgan train --device cpu --steps 60 --sample-interval 2 --checkpoint-interval 7 --keep-checkpoints 9",
            Of(Options(o => (o["steps"], o["sample_interval"], o["checkpoint_interval"], o["keep_checkpoints"]) = (60, 2, 7, 9))));
        // Three whole epochs: ⌈3·1438/64⌉ steps.
        Assert.Equal("gpucgan train --device cpu --epochs 3", Of(Options(o => (o["steps"], o["sample_interval"], o["checkpoint_interval"]) = (68, 1, 1))));
        Assert.Equal(
            "gpucgan train --data '/my pictures/it'\\''s' --data-dir /data --size 32 --grayscale --csv-header no --device cpu",
            Of(Options(o => (o["data"], o["data_dir"], o["data_options"]) = ("/my pictures/it's", "/data", new JsonObject { ["size"] = "32x32", ["grayscale"] = true, ["csv_header"] = false }))).Replace("32x32", "32", StringComparison.Ordinal));
    }

    [Fact]
    public void ARecipeIsItsNameWithOptionsOrTheRunsOwnFile()
    {
        var mlp = RecipeFile.Load("mlp");
        Assert.Equal("gpucgan train --lr 0.001 --device cpu", Of(Options(recipe: mlp with { GeneratorLearningRate = 0.001f, DiscriminatorLearningRate = 0.001f })));
        Assert.StartsWith("gpucgan train --batch-size 16 --device cpu", Of(Options(recipe: mlp with { BatchSize = 16 })), StringComparison.Ordinal);
        Assert.Equal("gpucgan train --recipe 'runs/my run/options.json' --device cpu", Of(Options(recipe: mlp with { AdamBeta1 = 0.4f })));
        Assert.Equal("gpucgan train --recipe 'runs/my run/options.json' --device cpu", Of(Options(recipe: mlp with { Name = "mine" })));
    }

    [Theory]
    [InlineData("", "''"), InlineData("a b", "'a b'"), InlineData("$(x)", "'$(x)'"), InlineData("a-b_c./:d", "a-b_c./:d"), InlineData("é", "'é'")]
    public void WordsAreQuotedWhereAShellWouldReadThemOtherwise(string text, string word) => Assert.Equal(word, ShellWord.Of(text));
}
