using System.CommandLine;
using System.Globalization;
using GpuCgan.Host.Data;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary><c>train</c>: its options. <see cref="TrainPlan"/> turns them into a run.</summary>
internal static class TrainCommand
{
    public static Option<string?> Recipe { get; } = new("--recipe") { Description = $"A recipe's name ({string.Join(", ", RecipeFile.Names)}) or a JSON file. Default: mlp.", HelpName = "NAME|FILE" };
    public static Option<string?> Data { get; } = new("--data") { Description = $"A data set's name ({string.Join(", ", DataSets.Known.Select(d => d.Name))}) or a folder of IDX files. Default: {DataSets.Default}.", HelpName = "NAME|PATH" };
    public static Option<string?> DataDirectory { get; } = new("--data-dir") { Description = "Where data files lie; also looked for in $GPUCGAN_DATA and the user's cache.", HelpName = "DIR" };
    public static Option<string> Device { get; } = CommonOptions.Device();
    public static Option<int?> Threads { get; } = CommonOptions.Threads();
    public static Option<int?> Epochs { get; } = CommonOptions.Positive("--epochs", $"Passes over the training images. Default: as many as make {Training.TrainingOptions.DefaultSteps} steps of 64.");
    public static Option<int?> Steps { get; } = CommonOptions.Positive("--steps", "Steps, instead of epochs.");
    public static Option<TimeSpan?> MaxTime { get; } = new("--max-time") { Description = "Stop after this long, such as 90s, 10m or 2h.", HelpName = "T", CustomParser = result => ParseTime(result) };
    public static Option<int?> BatchSize { get; } = CommonOptions.Positive("--batch-size", "Images a batch. Default: the recipe's.");
    public static Option<float?> LearningRate { get; } = new("--lr") { Description = "Adam's rate for both networks. Default: the recipe's.", HelpName = "X", CustomParser = result => ParseRate(result) };
    public static Option<ulong?> Seed { get; } = CommonOptions.Seed("The seed of everything random. Default: 0.");
    public static Option<string?> Out { get; } = new("--out") { Description = "The folder that run directories are made in. Default: runs.", HelpName = "DIR" };
    public static Option<string?> Name { get; } = new("--name") { Description = "The run directory's name behind its number. Default: DATA-RECIPE.", HelpName = "TEXT" };
    public static Option<string?> Resume { get; } = new("--resume") { Description = "Go on with a run directory from its last checkpoint, with its own options.", HelpName = "RUN" };
    public static Option<int?> SampleInterval { get; } = CommonOptions.Positive("--sample-interval", "Epochs between sample sheets. Default: a tenth of the run.");
    public static Option<int?> CheckpointInterval { get; } = CommonOptions.Positive("--checkpoint-interval", "Epochs between checkpoints. Default: a tenth of the run.");
    public static Option<int?> Keep { get; } = CommonOptions.Positive("--keep-checkpoints", "Checkpoints kept. Default: 3.");
    public static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would be trained, on what, and stop." };
    public static Option<bool> Quiet { get; } = new("--quiet") { Description = "Print the run directory and errors alone." };

    public static Command Create()
    {
        var command = new Command("train", "Train a conditional GAN. Bare 'train' learns the embedded 8×8 digits.")
        {
            Recipe, Data, DataDirectory, Device, Threads, Epochs, Steps, MaxTime, BatchSize, LearningRate, Seed, Out, Name, Resume,
            SampleInterval, CheckpointInterval, Keep, DryRun, Quiet,
        };
        command.SetAction(TrainPlan.Run);
        return command;
    }

    private static TimeSpan? ParseTime(System.CommandLine.Parsing.ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        double unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (unit > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value > 0 && value * unit <= 365 * 86400)
            return TimeSpan.FromSeconds(value * unit);
        result.AddError($"--max-time '{text}': expected a time such as 90s, 10m or 2h.");
        return null;
    }

    private static float? ParseRate(System.CommandLine.Parsing.ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && value is > 0 and <= 1)
            return value;
        result.AddError($"--lr '{text}': expected a number above 0 and at most 1, such as 0.0002.");
        return null;
    }
}
