using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Network.Tests;

public class RecipePropertyTests
{
    private static readonly string[] Fields = [.. RecipeFile.ToJson(new Recipe()).Select(field => field.Key)];

    /// <summary>Numbers from all of a float's range that a field may take, the smallest and those next to the bounds among them.</summary>
    private static Gen<float> Between(float low, float high) => Gen.OneOf(
        Gen.Elements(low, high, MathF.BitIncrement(low), MathF.BitDecrement(high)), Gen.Choose(0, 1 << 24).Select(i => low + ((high - low) * (i / (float)(1 << 24)))));

    private static readonly Gen<Recipe> Recipes =
        from name in ArbMap.Default.GeneratorFor<NonEmptyString>()
        from counts in Gen.Choose(1, 100).Three()
        from shares in Between(0, 0.499f).Four()
        from others in Between(0.001f, 1).Four()
        from rates in Between(float.Epsilon, 1).Three()
        from kinds in Gen.Choose(0, 2).Four()
        from flags in Gen.Elements(true, false).Two()
        from layers in Gen.Elements("linear 64", "leaky_relu 0.2", "dropout 0.3", "batch_norm", "tanh").ArrayOf(4)
        select new Recipe
        {
            Name = new string([.. name.Get.Where(c => !char.IsSurrogate(c))]), Latent = counts.Item1, NCritic = counts.Item2, BatchSize = counts.Item3 + 1,
            Generator = [.. layers, "linear image"], Discriminator = ["linear 32", .. layers],
            LabelNoise = shares.Item1, MismatchedPairs = shares.Item2, InstanceNoise = shares.Item3, Augment = new AugmentRecipe { Translate = shares.Item4 },
            RealTarget = others.Item1, BatchNormEpsilon = others.Item2, BatchNormMomentum = others.Item3, RegularizerWeight = others.Item4,
            GeneratorLearningRate = rates.Item1, DiscriminatorLearningRate = rates.Item2, AdamEpsilon = rates.Item3,
            GeneratorOptimizer = (OptimizerKind)kinds.Item1, DiscriminatorOptimizer = (OptimizerKind)kinds.Item2, GeneratorBatch = (GeneratorBatchKind)(kinds.Item3 % 2),
            ScaleWidths = flags.Item1, SpectralNorm = flags.Item2,
        };

    [Fact]
    public void ARecipeIsReadFromItsTextAsItWas() => Law.Holds(Recipes, 200, recipe =>
    {
        string text = RecipeFile.ToJson(recipe).ToJsonString();
        var read = RecipeFile.Parse(JsonNode.Parse(text), "text");
        Assert.Equal(text, RecipeFile.ToJson(read).ToJsonString());
        Assert.True(RecipeFile.AreSame(recipe, read));
        // Through the text, bit for bit.
        Assert.Equal(BitConverter.SingleToUInt32Bits(recipe.GeneratorLearningRate), BitConverter.SingleToUInt32Bits(read.GeneratorLearningRate));
    });

    /// <summary>JSON of any kind, of some depth, with the names of fields where they may meet a wrong value.</summary>
    private static Gen<JsonNode?> Json(int depth)
    {
        var leaf = Gen.OneOf(
            Gen.Constant<JsonNode?>(null), Gen.Elements(true, false).Select(b => (JsonNode?)b), ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(x => (JsonNode?)x),
            ArbMap.Default.GeneratorFor<long>().Select(x => (JsonNode?)x), Gen.Elements("adam", "linear 64", "linear image", "conv 1e9", "\u0007", "🦊", "").Select(s => (JsonNode?)s));
        if (depth == 0)
            return leaf;
        var field = from key in Gen.Elements([.. Fields, "recipe", "unknown"]) from value in Json(depth - 1) select KeyValuePair.Create(key, value);
        return Gen.Frequency(
            (1, leaf), (1, Json(depth - 1).ArrayOf(3).Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]))),
            (4, field.ArrayOf(3).Select(fields => (JsonNode?)new JsonObject(fields.DistinctBy(f => f.Key).Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))))));
    }

    [Fact]
    public void AnyJsonIsARecipeOrRefusedInALine() => Law.Holds(Json(2), 400, json =>
    {
        try
        {
            RecipeFile.Check(RecipeFile.Parse(json, "some.json"), "some.json");
        }
        catch (InvalidDataException e)
        {
            Assert.StartsWith("some.json: ", e.Message);
            Assert.DoesNotContain(e.Message, char.IsControl);
        }
    });
}
