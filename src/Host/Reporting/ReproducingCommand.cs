using System.Globalization;
using System.Text.Json.Nodes;
using GpuCgan.Host.Commands;
using GpuCgan.Host.Data;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Training;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Reporting;

/// <summary>
/// The <c>train</c> command that trains a run again, to the bit on the same kind of device: every option that is not as it would be by default. The device is always named, since
/// bits depend on it.
/// </summary>
internal static class ReproducingCommand
{
    /// <param name="options">The run's options.json.</param>
    /// <param name="file">Where it lies: a recipe that has no name is read from there.</param>
    /// <exception cref="InvalidDataException">A field is missing or not what it should be.</exception>
    public static string Of(JsonObject options, string file)
    {
        var recipe = RecipeFile.Parse(options["recipe"], $"{file}: recipe");
        var request = RunOptions.Data(options, file);
        long steps = RunOptions.Number(options, "steps", file);
        int images = (int)RunOptions.Number(options, "training_images", file);
        var words = new List<string> { "gpucgan", "train" };
        AddRecipe(words, recipe, file);
        AddData(words, request);
        Add(words, "--device", RunOptions.Text(options, "device", file));
        if ((string?)options["precision"] is { } precision && precision != CommonOptions.NameOf(null))
            Add(words, "--precision", precision);
        if ((ulong?)options["seed"] is > 0 and var seed)
            Add(words, "--seed", seed);
        int imagesAStep = recipe.BatchSize * recipe.NCritic;
        AddLength(words, steps, images, imagesAStep);
        int interval = TrainPlan.DefaultInterval(steps, imagesAStep, images);
        foreach (var (field, option, byDefault) in ((string, string, int)[])
            [("sample_interval", "--sample-interval", interval), ("checkpoint_interval", "--checkpoint-interval", interval), ("keep_checkpoints", "--keep-checkpoints", TrainPlan.DefaultKeep)])
        {
            long value = RunOptions.Number(options, field, file);
            if (value != byDefault)
                Add(words, option, value);
        }
        return string.Join(' ', words);
    }

    private static void AddRecipe(List<string> words, Recipe recipe, string file)
    {
        if (!RecipeFile.Names.Contains(recipe.Name))
        {
            Add(words, "--recipe", file);
            return;
        }
        var known = RecipeFile.Load(recipe.Name);
        float rate = recipe.GeneratorLearningRate;
        bool hasRate = rate == recipe.DiscriminatorLearningRate && (rate != known.GeneratorLearningRate || rate != known.DiscriminatorLearningRate);
        var withOptions = known with { BatchSize = recipe.BatchSize };
        if (hasRate)
            withOptions = withOptions with { GeneratorLearningRate = rate, DiscriminatorLearningRate = rate };
        if (!RecipeFile.AreSame(recipe, withOptions))
        {
            Add(words, "--recipe", file);
            return;
        }
        if (recipe.Name != RecipeFile.Default)
            Add(words, "--recipe", recipe.Name);
        if (recipe.BatchSize != known.BatchSize)
            Add(words, "--batch-size", recipe.BatchSize);
        if (hasRate)
            Add(words, "--lr", rate);
    }

    private static void AddData(List<string> words, DataRequest request)
    {
        if (request.NameOrPath != DataSets.Default)
            Add(words, "--data", request.NameOrPath);
        if (request.DataDirectory is { } directory)
            Add(words, "--data-dir", directory);
        foreach (var (field, value) in request.OptionsToJson())
        {
            string option = "--" + field.Replace('_', '-');
            if (value is not JsonValue known)
                continue;
            if (!known.TryGetValue(out bool flag))
                Add(words, option, known.ToString());
            else if (field == "csv_header")
                Add(words, option, flag ? "yes" : "no");
            else if (flag)
                words.Add(option);
        }
    }

    /// <summary>In epochs where the steps are whole epochs.</summary>
    private static void AddLength(List<string> words, long steps, int images, int batch)
    {
        if (steps == TrainingOptions.StepsFor(TrainPlan.DefaultEpochs(images), images, batch))
            return;
        long epochs = (long)Math.Floor(steps * (double)batch / images);
        if (epochs >= 1 && TrainingOptions.StepsFor(epochs, images, batch) == steps)
            Add(words, "--epochs", epochs);
        else
            Add(words, "--steps", steps);
    }

    private static void Add(List<string> words, string option, IFormattable value) => Add(words, option, value.ToString(null, CultureInfo.InvariantCulture));

    private static void Add(List<string> words, string option, string value)
    {
        words.Add(option);
        words.Add(ShellWord.Of(value));
    }
}
