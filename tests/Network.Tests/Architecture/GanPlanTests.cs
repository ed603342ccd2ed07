using GpuCgan.Network.Architecture;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests.Architecture;

public class GanPlanTests
{
    private static readonly ImageShape Mnist = new(28, 28, 1);

    private static Recipe OfVectors => RecipeFile.Load("class-vector");

    public static TheoryData<Recipe, string> Impossible => new()
    {
        { new Recipe { Generator = ["linear 128"] }, "generator: its last layer makes 128, and the images are 1×28×28" },
        { new Recipe { Generator = ["linear 4 at 1/8", "linear image"] }, "generator: layer 'linear 4 at 1/8'" },
        { new Recipe { Generator = ["tanh", "linear image"] }, "generator: it begins with 'tanh'" },
        { new Recipe { Discriminator = ["linear 1", "sigmoid"] }, "discriminator: it ends in 'sigmoid'" },
        { new Recipe { Discriminator = ["linear 2"] }, "discriminator: its last layer makes 2, and one score is wanted" },
        { new Recipe { Discriminator = ["dropout 0.1", "linear 1"] }, "discriminator: it begins with 'dropout 0.1'" },
        { new Recipe { DiscriminatorLabel = DiscriminatorLabelKind.Auxiliary }, "discriminator: its last layer makes 1, and a score and 10 classes are wanted, 'linear 1+classes'" },
        { new Recipe { DiscriminatorLabel = DiscriminatorLabelKind.ClassVector }, "discriminator: its last layer makes 1, and a score for each of 10 classes is wanted, 'linear classes'" },
        { new Recipe { DiscriminatorLabel = DiscriminatorLabelKind.Projection, Discriminator = ["linear classes"] }, "discriminator: its last layer makes 10, and one score is wanted" },
        { new Recipe { DiscriminatorLabel = DiscriminatorLabelKind.Projection, Discriminator = ["conv 1 16x16", "conv 1 13x13"] }, "a projection is a term of 'linear 1'" },
        { new Recipe { DiscriminatorLabel = DiscriminatorLabelKind.Projection, GeneratorLabel = GeneratorLabelKind.None }, "the label reaches one of the two networks alone" },
        { OfVectors with { Objective = ObjectiveKind.Wasserstein }, "objective must be binary_cross_entropy or least_squares" },
        { OfVectors with { Objective = ObjectiveKind.Hinge }, "objective must be binary_cross_entropy or least_squares" },
        { OfVectors with { LabelNoise = 0.1f }, "label_noise is 0.1" },
        { OfVectors with { MismatchedPairs = 0.1f }, "mismatched_pairs is 0.1, and D is not told the label but asked for it" },
        { RecipeFile.Load("acgan") with { MismatchedPairs = 0.1f }, "mismatched_pairs is 0.1, and D is not told the label but asked for it" },
        { RecipeFile.Load("gan") with { MismatchedPairs = 0.1f }, "mismatched_pairs is 0.1, and D sees no label" },
        { new Recipe { GeneratorLabel = GeneratorLabelKind.None }, "the label reaches one of the two networks alone" },
        { Penalised("linear 8", "batch_norm", "relu", "linear 1"), "discriminator: it has 'batch_norm' under a regularizer" },
        { Penalised("linear 8", "layer_norm", "linear 1"), "'layer_norm'" },
        { Penalised("linear 8", "tanh", "linear 1"), "'tanh'" },
        { Penalised("linear 8", "sigmoid", "linear 1"), "set regularizer to none" },
    };

    private static Recipe Penalised(params string[] layers) => new() { Discriminator = layers, Regularizer = RegularizerKind.ZeroCentredPenalty };

    [Theory]
    [InlineData(DiscriminatorLabelKind.None, "1×28×28")]
    [InlineData(DiscriminatorLabelKind.OneHot, "794")]
    [InlineData(DiscriminatorLabelKind.Embedding, "794")]
    [InlineData(DiscriminatorLabelKind.Planes, "11×28×28")]
    [InlineData(DiscriminatorLabelKind.Plane, "2×28×28")]
    [InlineData(DiscriminatorLabelKind.Projection, "1×28×28")]
    public void WhatTheDiscriminatorTakes(DiscriminatorLabelKind label, string input)
    {
        var recipe = new Recipe { DiscriminatorLabel = label, GeneratorLabel = label == DiscriminatorLabelKind.None ? GeneratorLabelKind.None : GeneratorLabelKind.OneHot };
        Assert.Equal(input, GanPlan.Of(recipe, Mnist, 10).Discriminator.Input.ToString());
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void WhatMakesNoGanOfTheDataIsRefusedWithTheReason(Recipe recipe, string why)
    {
        var e = Assert.Throws<InvalidDataException>(() => GanPlan.Of(recipe with { Name = "odd" }, Mnist, 10));
        Assert.StartsWith("recipe 'odd': ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void OneClassCannotBeClassified()
    {
        var e = Assert.Throws<InvalidDataException>(() => GanPlan.Of(RecipeFile.Load("acgan"), Mnist, 1));
        Assert.Contains("leave nothing to classify", e.Message, StringComparison.Ordinal);
        Assert.NotNull(GanPlan.Of(OfVectors, Mnist, 1));
    }

    [Theory]
    [InlineData("acgan", "11"), InlineData("class-vector", "10"), InlineData("gan", "1")]
    public void WhatTheDiscriminatorAnswers(string name, string output)
    {
        var plan = GanPlan.Of(RecipeFile.Load(name), Mnist, 10);
        Assert.Equal(("1×28×28", output), (plan.Discriminator.Input.ToString(), plan.Discriminator.Output.ToString()));
    }

    [Fact]
    public void AFactorOfTheLatentVectorTakesNoRoomBehindIt() =>
        Assert.Equal("100", GanPlan.Of(new Recipe { GeneratorLabel = GeneratorLabelKind.Multiply }, Mnist, 10).Generator.Input.ToString());

    [Fact]
    public void EveryBuiltInRecipeMakesAGanOfBothDataSets()
    {
        foreach (string name in RecipeFile.Names)
        {
            Assert.NotNull(GanPlan.Of(RecipeFile.Load(name), Mnist, 10));
            Assert.NotNull(GanPlan.Of(RecipeFile.Load(name), new ImageShape(8, 8, 1), 10));
        }
    }
}
