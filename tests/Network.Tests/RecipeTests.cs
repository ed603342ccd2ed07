using System.Text.Json.Nodes;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class RecipeTests
{
    [Fact]
    public void ARecipeComesBackFromItsJson()
    {
        var recipe = new Recipe { Name = "x", Label = LabelKind.Embedding, GeneratorWidths = [7, 8], RealTarget = 0.9f, Objective = ObjectiveKind.LeastSquares };
        Assert.True(RecipeFile.AreSame(recipe, RecipeFile.Parse(JsonNode.Parse(RecipeFile.ToJson(recipe).ToJsonString()), "test")));
        Assert.False(RecipeFile.AreSame(recipe, recipe with { Dropout = 0.1f }));
    }

    [Fact]
    public void WhatAFileLeavesOutIsThatOfMlp() =>
        Assert.True(RecipeFile.AreSame(new Recipe { Name = "y", Latent = 64 }, RecipeFile.Parse(JsonNode.Parse("""{"name":"y","latent":64}"""), "test")));

    [Theory]
    [InlineData("""{"latnet":64}""", "latnet")]
    [InlineData("""{"latent":"many"}""", "test")]
    [InlineData("""{"label":"hot"}""", "test")]
    [InlineData("""{"label":1}""", "test")]
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
        { new Recipe { GeneratorWidths = [] }, "generator_widths" },
        { new Recipe { DiscriminatorWidths = [8, 0] }, "discriminator_widths" },
        { new Recipe { LeakySlope = 1 }, "leaky_slope" },
        { new Recipe { Dropout = 1 }, "dropout" },
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
    public void WidthsShrinkWithTheImageAndNeverGrow()
    {
        var recipe = new Recipe();
        Assert.Equal([128, 256, 512, 1024], recipe.Scale(recipe.GeneratorWidths, new ImageShape(28, 28, 1)));
        Assert.Equal([48, 80, 160, 304], recipe.Scale(recipe.GeneratorWidths, new ImageShape(8, 8, 1)));
        Assert.Equal([512, 512, 512], recipe.Scale(recipe.DiscriminatorWidths, new ImageShape(64, 64, 3)));
    }

    [Fact]
    public void AnUnknownRecipeIsNamedWithTheKnownOnes()
    {
        var e = Assert.Throws<FileNotFoundException>(() => RecipeFile.Load("mlpp"));
        Assert.Contains("'mlpp'", e.Message, StringComparison.Ordinal);
        Assert.Contains("mlp", e.Message, StringComparison.Ordinal);
    }
}
