using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GpuCgan.Network.Architecture;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Network.Recipes;

/// <summary>Recipes by name, and as JSON that a person can read, copy and change.</summary>
public static class RecipeFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    // A recipe is a kilobyte.
    private const int MaxBytes = 1 << 20;

    /// <summary>Every recipe beside this file is built in under its file's name.</summary>
    private static readonly SortedDictionary<string, Recipe> Known = ReadKnown();

    /// <summary>The recipe that is trained where none is named.</summary>
    public const string Default = "mlp";

    /// <summary>The built-in recipes' names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>A built-in recipe, or one from a file.</summary>
    /// <exception cref="FileNotFoundException">Neither a name nor a file.</exception>
    /// <exception cref="InvalidDataException">The file is no valid recipe.</exception>
    public static Recipe Load(string nameOrPath)
    {
        if (Known.TryGetValue(nameOrPath, out var known))
            return known;
        if (!File.Exists(nameOrPath))
            throw new FileNotFoundException($"recipe '{nameOrPath}': no such recipe or file; the built-in ones are {string.Join(", ", Names)}.");
        long length = new FileInfo(nameOrPath).Length;
        if (length > MaxBytes)
            throw new InvalidDataException($"{nameOrPath}: file is {length} bytes, expected at most {MaxBytes}; is it a recipe?");
        JsonNode? json;
        try
        {
            json = JsonNode.Parse(
                File.ReadAllText(nameOrPath), null,
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{nameOrPath}: not JSON, or a name stands twice: {QuotedText.Plain(e.Message)}");
        }
        // A run's options.json holds its recipe in a field of that name, so that a run can be repeated from it.
        return Parse(json is JsonObject options && options["recipe"] is JsonObject inner ? inner : json, nameOrPath);
    }

    /// <summary>Reads a recipe from JSON and checks it; <paramref name="source"/> is named in messages.</summary>
    /// <exception cref="InvalidDataException">A field is unknown, of another type or out of range.</exception>
    public static Recipe Parse(JsonNode? json, string source)
    {
        try
        {
            var recipe = json.Deserialize<Recipe>(Options) ?? throw new InvalidDataException($"{source}: a recipe is a JSON object, not null.");
            Check(recipe, source);
            return recipe;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{source}: {QuotedText.Plain(Shorten(e.Message))} Fields of a recipe are listed in docs/recipes.md.");
        }
    }

    /// <summary>The recipe as JSON, every field written.</summary>
    public static JsonObject ToJson(Recipe recipe) => JsonSerializer.SerializeToNode(recipe, Options)!.AsObject();

    /// <summary>Whether two recipes train the same networks in the same way.</summary>
    public static bool AreSame(Recipe a, Recipe b) => JsonNode.DeepEquals(ToJson(a), ToJson(b));

    /// <summary>Refuses what no network can be made of.</summary>
    /// <exception cref="InvalidDataException">A field is out of range; the message names it.</exception>
    public static void Check(Recipe r, string source)
    {
        Within(r.Latent is >= 1 and <= 4096, "latent", r.Latent, "1 to 4096");
        Layers(r.Generator, "generator");
        Layers(r.Discriminator, "discriminator");
        Within(r.AuxiliaryWeight is > 0 and <= 1000, "auxiliary_weight", r.AuxiliaryWeight, "above 0, at most 1000");
        Within(r.BatchNormEpsilon is > 0 and <= 1, "batch_norm_epsilon", r.BatchNormEpsilon, "above 0, at most 1");
        Within(r.BatchNormMomentum is > 0 and <= 1, "batch_norm_momentum", r.BatchNormMomentum, "above 0, at most 1");
        Within(r.RealTarget is >= 0 and <= 1, "real_target", r.RealTarget, "0 to 1");
        Within(r.FakeTarget is >= 0 and <= 1, "fake_target", r.FakeTarget, "0 to 1");
        Within(r.LabelNoise is >= 0 and < 0.5f, "label_noise", r.LabelNoise, "0 to below 0.5: at a half targets say nothing");
        Within(r.MismatchedPairs is >= 0 and < 1, "mismatched_pairs", r.MismatchedPairs, "0 to below 1");
        Within(r.InstanceNoise is >= 0 and <= 10, "instance_noise", r.InstanceNoise, "0 to 10");
        if (r.Augment is null)
            throw new InvalidDataException($"{source}: augment is null; it must be an object, such as {{ \"translate\": 0.1 }}.");
        Within(r.Augment.Translate is >= 0 and <= 0.5f, "augment.translate", r.Augment.Translate, "0 to 0.5");
        Within(r.Augment.Scale is >= 0 and <= 0.9f, "augment.scale", r.Augment.Scale, "0 to 0.9");
        Within(r.Augment.Rotate is >= 0 and <= 180, "augment.rotate", r.Augment.Rotate, "0 to 180 degrees");
        Within(r.Augment.Brightness is >= 0 and <= 2, "augment.brightness", r.Augment.Brightness, "0 to 2: pixels lie in [-1, 1]");
        Within(r.Augment.Contrast is >= 0 and < 1, "augment.contrast", r.Augment.Contrast, "0 to below 1: a factor of 0 leaves no image");
        Within(r.Augment.Cutout is >= 0 and <= 0.75f, "augment.cutout", r.Augment.Cutout, "0 to 0.75");
        Within(r.NCritic is >= 1 and <= 100, "n_critic", r.NCritic, "1 to 100");
        Within(r.LearningRateDecay is >= 0 and <= 1, "learning_rate_decay", r.LearningRateDecay, "0 to 1");
        // One sample has no variance to normalise by.
        Within(r.BatchSize is >= 2 and <= 65536, "batch_size", r.BatchSize, "2 to 65536");
        Within(r.Packing is >= 1 and <= 16, "packing", r.Packing, "1, for none, to 16");
        Within(r.GeneratorLearningRate is > 0 and <= 1, "generator_learning_rate", r.GeneratorLearningRate, "above 0, at most 1");
        Within(r.DiscriminatorLearningRate is > 0 and <= 1, "discriminator_learning_rate", r.DiscriminatorLearningRate, "above 0, at most 1");
        Within(r.AdamBeta1 is >= 0 and < 1, "adam_beta1", r.AdamBeta1, "0 to below 1");
        Within(r.AdamBeta2 is >= 0 and < 1, "adam_beta2", r.AdamBeta2, "0 to below 1");
        Within(r.AdamEpsilon is > 0 and <= 1, "adam_epsilon", r.AdamEpsilon, "above 0, at most 1");
        Within(r.WeightDecay is >= 0 and < 1, "weight_decay", r.WeightDecay, "0 to below 1");
        Within(r.RmspropSmoothing is >= 0 and < 1, "rmsprop_smoothing", r.RmspropSmoothing, "0 to below 1");
        Within(r.RmspropEpsilon is > 0 and <= 1, "rmsprop_epsilon", r.RmspropEpsilon, "above 0, at most 1");
        Within(r.SgdMomentum is >= 0 and < 1, "sgd_momentum", r.SgdMomentum, "0 to below 1");
        Within(r.WeightClip is >= 0 and <= 1000, "weight_clip", r.WeightClip, "0, for none, to 1000");
        Within(r.RegularizerWeight is > 0 and <= 1e6f, "regularizer_weight", r.RegularizerWeight, "above 0, at most 1000000; regularizer none leaves it out");
        Within(r.GeneratorAverage is >= 0 and < 1, "generator_average", r.GeneratorAverage, "0 to below 1");

        if (r.WeightDecay > 0 && (r.GeneratorOptimizer != OptimizerKind.Adam || r.DiscriminatorOptimizer != OptimizerKind.Adam))
            throw new InvalidDataException($"{source}: weight_decay is Adam's, and rmsprop or sgd moves a network; set it to 0.");
        if (r.WeightClip > 0 && r.SpectralNorm)
            throw new InvalidDataException($"{source}: weight_clip bounds weights that spectral_norm divides by their size again; set weight_clip to 0, or spectral_norm to false.");
        if (r.Objective == ObjectiveKind.Wasserstein)
            CheckWasserstein(r, source);
        if (r.Packing > 1)
            CheckPacking(r, source);

        void Within(bool ok, string field, IFormattable value, string range)
        {
            if (!ok)
                throw new InvalidDataException($"{source}: {field} is {value.ToString(null, CultureInfo.InvariantCulture)}; it must be {range}.");
        }

        void Layers(string[]? lines, string field)
        {
            if (lines is null || lines.Length is < 1 or > 64)
                throw new InvalidDataException($"{source}: {field} holds {lines?.Length ?? 0} layers; it must be 1 to 64 of them.");
            foreach (string line in lines)
            {
                try
                {
                    LayerSpec.Parse(line ?? "");
                }
                catch (InvalidDataException e)
                {
                    throw new InvalidDataException($"{source}: {field}: {e.Message}");
                }
            }
        }
    }

    /// <summary>A pack is one sample, of images that are all real or all generated.</summary>
    private static void CheckPacking(Recipe r, string source)
    {
        string? why = null;
        if (r.BatchSize % r.Packing != 0 || r.BatchSize < 2 * r.Packing)
            why = $"batch_size {r.BatchSize} is not two packs or more without a rest; take a multiple of {r.Packing} from {2 * r.Packing} on";
        else if (r.DiscriminatorLabel is DiscriminatorLabelKind.Projection or DiscriminatorLabelKind.Auxiliary or DiscriminatorLabelKind.ClassVector)
            why = $"discriminator_label {JsonNamingPolicy.SnakeCaseLower.ConvertName(r.DiscriminatorLabel.ToString())} asks D's end about the label of one image, where a pack has several; take one_hot, embedding, planes, plane or none";
        else if (r.MismatchedPairs > 0)
            why = "with mismatched_pairs a pack could hold right pairs and wrong ones, which no one score fits; set mismatched_pairs to 0";
        if (why is not null)
            throw new InvalidDataException($"{source}: packing is {r.Packing}, and {why}.");
    }

    /// <summary>A critic's score has no scale of its own: nothing but its slope's bound gives it one, and a target says nothing.</summary>
    private static void CheckWasserstein(Recipe r, string source)
    {
        if (r.WeightClip == 0 && r.Regularizer == RegularizerKind.None && !r.SpectralNorm)
        {
            throw new InvalidDataException(
                $"{source}: objective is wasserstein, and nothing keeps D Lipschitz, so its loss has no minimum; set weight_clip (0.01), regularizer (gradient_penalty) or spectral_norm (true).");
        }
        string? field = r.RealTarget != 1 ? "real_target" : r.FakeTarget != 0 ? "fake_target" : r.LabelNoise != 0 ? "label_noise" : null;
        if (field is not null)
            throw new InvalidDataException($"{source}: objective is wasserstein, whose scores have no target, so {field} could only scale D's loss; leave {field} out.");
    }

    private static SortedDictionary<string, Recipe> ReadKnown()
    {
        const string extension = ".json";
        var assembly = typeof(RecipeFile).Assembly;
        var known = new SortedDictionary<string, Recipe>(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(extension, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            known.Add(name[..^extension.Length], Parse(JsonNode.Parse(stream), name));
        }
        return known;
    }

    /// <summary>The serializer's message without the path and position it repeats.</summary>
    private static string Shorten(string message)
    {
        int end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
