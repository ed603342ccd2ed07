using System.CommandLine;
using System.Globalization;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Commands;

/// <summary><c>train</c>: its options. <see cref="TrainPlan"/> turns them into a run.</summary>
internal static class TrainCommand
{
    public static Option<string?> Recipe { get; } = new("--recipe") { Description = $"A recipe's name ({string.Join(", ", RecipeFile.Names)}) or a JSON file. Default: {RecipeFile.Default}.", HelpName = "NAME|FILE" };
    public static DataOptions Data { get; } = new();
    public static Option<string> Device { get; } = CommonOptions.Device();
    public static Option<int?> Threads { get; } = CommonOptions.Threads();
    public static Option<Precision?> Precision { get; } = CommonOptions.Precision();
    public static Option<bool> PlainLaunches { get; } = CommonOptions.PlainLaunches();
    public static Option<int?> Epochs { get; } = CommonOptions.Positive("--epochs", $"Passes over the training images. Default: as many as make {Training.TrainingOptions.DefaultSteps} steps of 64.");
    public static Option<int?> Steps { get; } = CommonOptions.Positive("--steps", "Steps, instead of epochs.");
    public static Option<TimeSpan?> MaxTime { get; } = CommonOptions.Time("--max-time", "Stop after this long, such as 90s, 10m or 2h.");
    public static Option<int?> BatchSize { get; } = CommonOptions.Positive("--batch-size", "Images a batch. Default: the recipe's.");
    public static Option<float?> LearningRate { get; } = new("--lr") { Description = "The learning rate of both networks. Default: the recipe's.", HelpName = "X", CustomParser = result => ParseRate(result) };
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
            Recipe, Data.Data, Data.DataDirectory, Device, Threads, Precision, PlainLaunches, Epochs, Steps, MaxTime, BatchSize, LearningRate, Seed, Out, Name, Resume,
            SampleInterval, CheckpointInterval, Keep, DryRun, Quiet,
        };
        foreach (var option in Data.HowToRead)
            command.Options.Add(option);
        command.SetAction(TrainPlan.Run);
        return command;
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
