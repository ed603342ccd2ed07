using System.Text.Json.Nodes;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class RecipeTests
{
    [Fact]
    public void ARecipeComesBackFromItsJson()
    {
        var recipe = new Recipe { Name = "x", GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, Generator = ["linear 7", "tanh"], RealTarget = 0.9f, Objective = ObjectiveKind.LeastSquares };
        Assert.True(RecipeFile.AreSame(recipe, RecipeFile.Parse(JsonNode.Parse(RecipeFile.ToJson(recipe).ToJsonString()), "test")));
        Assert.False(RecipeFile.AreSame(recipe, recipe with { Discriminator = ["linear 1"] }));
    }

    [Fact]
    public void WhatAFileLeavesOutIsThatOfMlp() =>
        Assert.True(RecipeFile.AreSame(new Recipe { Name = "y", Latent = 64 }, RecipeFile.Parse(JsonNode.Parse("""{"name":"y","latent":64}"""), "test")));

    [Theory]
    [InlineData("""{"latnet":64}""", "latnet")]
    [InlineData("""{"latent":"many"}""", "test")]
    [InlineData("""{"generator_label":"hot"}""", "test")]
    [InlineData("""{"generator_label":1}""", "test")]
    [InlineData("null", "test")]
    public void WhatIsNoRecipeIsRefused(string json, string named)
    {
        var e = Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(JsonNode.Parse(json), "test"));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    public static TheoryData<Recipe, string> OutOfRange => new()
    {
        { new Recipe { Latent = 0 }, "latent" },
        { new Recipe { Generator = [] }, "generator holds 0 layers" },
        { new Recipe { Discriminator = ["linear 8", "linear 0"] }, "discriminator: layer 'linear 0'" },
        { new Recipe { Discriminator = ["leaky_relu 1"] }, "leaky_relu" },
        { new Recipe { Discriminator = [null!] }, "discriminator: layer ''" },
        { new Recipe { BatchSize = 1 }, "batch_size" },
        { new Recipe { GeneratorLearningRate = float.NaN }, "generator_learning_rate" },
        { new Recipe { AdamBeta2 = 1 }, "adam_beta2" },
        { new Recipe { RealTarget = 1.1f }, "real_target" },
        { new Recipe { GeneratorAverage = -0.1f }, "generator_average" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void AFieldOutOfRangeIsNamed(Recipe recipe, string field)
    {
        var e = Assert.Throws<InvalidDataException>(() => RecipeFile.Check(recipe, "test"));
        Assert.Contains(field, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownRecipeIsNamedWithTheKnownOnes()
    {
        var e = Assert.Throws<FileNotFoundException>(() => RecipeFile.Load("mlpp"));
        Assert.Contains("'mlpp'", e.Message, StringComparison.Ordinal);
        Assert.Contains("mlp", e.Message, StringComparison.Ordinal);
    }
}
