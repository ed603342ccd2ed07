using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Training;

/// <summary>Everything that a training run was asked for, defaults filled in: what options.json holds.</summary>
internal sealed record TrainingOptions
{
    /// <summary>The default length of a run: as many epochs as make about this many steps of the default batch.</summary>
    public const int DefaultSteps = 20_000;

    public required Recipe Recipe { get; init; }
    public required DataRequest Data { get; init; }
    public required string DataHash { get; init; }
    public required int TrainingImages { get; init; }

    /// <summary>Which part of the data set the training images are, and how it was cut.</summary>
    public required string Split { get; init; }
    public required string Device { get; init; }
    public required string DeviceName { get; init; }
    public required string Precision { get; init; }
    public required ulong Seed { get; init; }
    public required long Steps { get; init; }
    public required int SampleInterval { get; init; }
    public required int CheckpointInterval { get; init; }
    public required int LogInterval { get; init; }
    public required int KeepCheckpoints { get; init; }
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Passes over the training images in <paramref name="steps"/> steps.</summary>
    public double EpochAt(long steps) => steps * (double)Recipe.BatchSize * Recipe.NCritic / TrainingImages;

    /// <summary>The first step at which <paramref name="epochs"/> epochs are complete.</summary>
    public static long StepsFor(long epochs, int images, int imagesAStep) => (epochs * images + imagesAStep - 1) / imagesAStep;

    public JsonObject ToJson() => new()
    {
        ["version"] = ProgramVersion.Text,
        ["backend"] = DeviceCatalog.Backend,
        ["data"] = Data.NameOrPath,
        ["data_dir"] = Data.DataDirectory,
        ["data_options"] = Data.OptionsToJson(),
        ["data_sha256"] = DataHash,
        ["training_images"] = TrainingImages,
        ["split"] = Split,
        ["device"] = Device,
        ["device_name"] = DeviceName,
        ["precision"] = Precision,
        ["seed"] = Seed,
        ["steps"] = Steps,
        ["epochs"] = Math.Round(EpochAt(Steps), 3),
        ["max_seconds"] = MaxTime?.TotalSeconds,
        ["sample_interval"] = SampleInterval,
        ["checkpoint_interval"] = CheckpointInterval,
        ["log_interval"] = LogInterval,
        ["keep_checkpoints"] = KeepCheckpoints,
        ["recipe"] = RecipeFile.ToJson(Recipe),
    };
}
