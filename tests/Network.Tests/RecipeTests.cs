using System.Text.Json.Nodes;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class RecipeTests
{
    [Fact]
    public void ARecipeComesBackFromItsJson()
    {
        var recipe = new Recipe { Name = "x", GeneratorLabel = GeneratorLabelKind.Embedding, DiscriminatorLabel = DiscriminatorLabelKind.Embedding, Generator = ["linear 7", "tanh"], RealTarget = 0.9f, Packing = 4, Objective = ObjectiveKind.LeastSquares };
        Assert.True(RecipeFile.AreSame(recipe, RecipeFile.Parse(JsonNode.Parse(RecipeFile.ToJson(recipe).ToJsonString()), "test")));
        Assert.False(RecipeFile.AreSame(recipe, recipe with { Discriminator = ["linear 1"] }));
    }

    [Fact]
    public void WhatAFileLeavesOutIsThatOfMlpClassic() =>
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
        { new Recipe { LabelNoise = 0.5f }, "label_noise" },
        { new Recipe { AuxiliaryWeight = 0 }, "auxiliary_weight" },
        { new Recipe { MismatchedPairs = 1 }, "mismatched_pairs" },
        { new Recipe { InstanceNoise = float.NaN }, "instance_noise" },
        { new Recipe { Augment = null! }, "augment" },
        { new Recipe { Augment = new AugmentRecipe { Translate = 0.6f } }, "augment.translate" },
        { new Recipe { Augment = new AugmentRecipe { Scale = 0.91f } }, "augment.scale is 0.91" },
        { new Recipe { Augment = new AugmentRecipe { Rotate = -1 } }, "augment.rotate" },
        { new Recipe { Augment = new AugmentRecipe { Brightness = float.NaN } }, "augment.brightness" },
        { new Recipe { Augment = new AugmentRecipe { Contrast = 1 } }, "augment.contrast" },
        { new Recipe { Augment = new AugmentRecipe { Cutout = 0.8f } }, "augment.cutout is 0.8" },
        { new Recipe { NCritic = 0 }, "n_critic" },
        { new Recipe { LearningRateDecay = 1.1f }, "learning_rate_decay" },
        { new Recipe { WeightClip = -0.01f }, "weight_clip is -0.01" },
        { new Recipe { RegularizerWeight = 0 }, "regularizer_weight" },
        { new Recipe { RmspropSmoothing = 1 }, "rmsprop_smoothing" },
        { new Recipe { RmspropEpsilon = float.NaN }, "rmsprop_epsilon" },
        { new Recipe { SgdMomentum = 1 }, "sgd_momentum" },
        { new Recipe { WeightDecay = 0.1f, DiscriminatorOptimizer = OptimizerKind.Rmsprop }, "weight_decay is Adam's" },
        { new Recipe { WeightClip = 0.1f, SpectralNorm = true }, "weight_clip bounds weights that spectral_norm divides" },
        { new Recipe { Objective = ObjectiveKind.Wasserstein }, "nothing keeps D Lipschitz" },
        { new Recipe { Objective = ObjectiveKind.Wasserstein, WeightClip = 0.01f, RealTarget = 0.9f }, "real_target" },
        { new Recipe { Objective = ObjectiveKind.Wasserstein, SpectralNorm = true, FakeTarget = 0.1f }, "fake_target" },
        { new Recipe { Objective = ObjectiveKind.Wasserstein, Regularizer = RegularizerKind.GradientPenalty, LabelNoise = 0.1f }, "label_noise" },
        { new Recipe { GeneratorAverage = -0.1f }, "generator_average" },
        { new Recipe { Packing = 0 }, "packing is 0" },
        { new Recipe { Packing = 17, BatchSize = 34 }, "packing is 17" },
        { new Recipe { Packing = 3 }, "packing is 3, and batch_size 64 is not two packs or more without a rest; take a multiple of 3 from 6 on" },
        { new Recipe { Packing = 4, BatchSize = 4 }, "a multiple of 4 from 8 on" },
        { new Recipe { Packing = 2, DiscriminatorLabel = DiscriminatorLabelKind.Projection }, "discriminator_label projection asks D's end" },
        { new Recipe { Packing = 2, DiscriminatorLabel = DiscriminatorLabelKind.Auxiliary }, "discriminator_label auxiliary asks D's end" },
        { new Recipe { Packing = 2, DiscriminatorLabel = DiscriminatorLabelKind.ClassVector }, "discriminator_label class_vector asks D's end" },
        { new Recipe { Packing = 2, MismatchedPairs = 0.25f }, "set mismatched_pairs to 0" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void AFieldOutOfRangeIsNamed(Recipe recipe, string field)
    {
        var e = Assert.Throws<InvalidDataException>(() => RecipeFile.Check(recipe, "test"));
        Assert.Contains(field, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheBuiltInRecipesAreKnownByTheirNames()
    {
        Assert.Contains("mlp", RecipeFile.Names);
        Assert.Contains("mlp-classic", RecipeFile.Names);
        Assert.All(RecipeFile.Names, name => Assert.Equal(name, RecipeFile.Load(name).Name));
        Assert.True(RecipeFile.AreSame(new Recipe(), RecipeFile.Load("mlp-classic")));
        Assert.False(RecipeFile.AreSame(new Recipe { Name = "mlp" }, RecipeFile.Load("mlp")));
    }

    [Fact]
    public void TheNewFieldsAreSpelledAsTheDocumentationSpellsThem()
    {
        var recipe = RecipeFile.Parse(JsonNode.Parse("""
            { "objective": "maximum_likelihood", "label_noise": 0.05, "mismatched_pairs": 0.25, "instance_noise": 0.1, "augment": { "translate": 0.125, "scale": 0.1, "rotate": 10, "brightness": 0.5, "contrast": 0.25, "cutout": 0.5 }, "n_critic": 5, "learning_rate_decay": 0.5 }
            """), "test");
        Assert.True(RecipeFile.AreSame(recipe, new Recipe
        {
            Objective = ObjectiveKind.MaximumLikelihood, LabelNoise = 0.05f, MismatchedPairs = 0.25f, InstanceNoise = 0.1f,
            Augment = new AugmentRecipe { Translate = 0.125f, Scale = 0.1f, Rotate = 10, Brightness = 0.5f, Contrast = 0.25f, Cutout = 0.5f }, NCritic = 5, LearningRateDecay = 0.5f,
        }));
        Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(JsonNode.Parse("""{ "augment": { "flip": 1 } }"""), "test"));
    }

    [Fact]
    public void PackingIsSpelledAsTheDocumentationSpellsIt() =>
        Assert.True(RecipeFile.AreSame(new Recipe { Packing = 4 }, RecipeFile.Parse(JsonNode.Parse("""{ "packing": 4 }"""), "test")));

    [Fact]
    public void ACriticsFieldsAreSpelledAsTheDocumentationSpellsThem() => Assert.True(RecipeFile.AreSame(
        new Recipe
        {
            GeneratorOptimizer = OptimizerKind.Sgd, DiscriminatorOptimizer = OptimizerKind.Rmsprop, RmspropSmoothing = 0.9f, RmspropEpsilon = 1e-6f, SgdMomentum = 0.9f,
            Regularizer = RegularizerKind.ZeroCentredPenalty, RegularizerWeight = 5, SpectralNorm = true,
        },
        RecipeFile.Parse(JsonNode.Parse("""
            { "generator_optimizer": "sgd", "discriminator_optimizer": "rmsprop", "rmsprop_smoothing": 0.9, "rmsprop_epsilon": 1e-6, "sgd_momentum": 0.9,
              "regularizer": "zero_centred_penalty", "regularizer_weight": 5, "spectral_norm": true }
            """), "test")));

    [Fact]
    public void AnUnknownRecipeIsNamedWithTheKnownOnes()
    {
        var e = Assert.Throws<FileNotFoundException>(() => RecipeFile.Load("mlpp"));
        Assert.Contains("'mlpp'", e.Message, StringComparison.Ordinal);
        Assert.Contains("mlp", e.Message, StringComparison.Ordinal);
    }
}
