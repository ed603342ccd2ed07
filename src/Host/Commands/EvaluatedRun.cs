using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Runs;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Commands;

/// <summary>What RUN means to <c>evaluate</c>: a checkpoint, the run it belongs to where it belongs to one, and its data.</summary>
internal sealed class EvaluatedRun
{
    private readonly JsonObject? _options;

    /// <exception cref="IOException">There is no such run or checkpoint.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or the checkpoint is of another run's recipe.</exception>
    public EvaluatedRun(string run)
    {
        Checkpoint = RunDirectory.FindCheckpoint(run);
        Header = GanCheckpoint.ReadHeader(Checkpoint);
        Directory = FindDirectory(run);
        if (Directory is null)
            return;
        _options = Directory.ReadOptions();
        RunOptions.CheckRecipe(_options, Header, Directory.OptionsFile, Checkpoint);
    }

    public string Checkpoint { get; }

    public CheckpointHeader Header { get; }

    /// <summary>Null for a checkpoint that lies elsewhere.</summary>
    public RunDirectory? Directory { get; }

    /// <summary>The SHA-256 of the training images.</summary>
    public string DataHash => Field("data_sha256");

    /// <summary>The data that the run was trained on, or others that were asked for and fit.</summary>
    /// <exception cref="InvalidDataException">They are not the run's, and were not asked for; or they do not fit.</exception>
    public TrainTestSplit LoadData(string? nameOrPath, string? dataDirectory)
    {
        string name = nameOrPath ?? Field("data");
        var data = DataSets.Load(name, dataDirectory ?? (string?)_options?["data_dir"]);
        var train = data.Train;
        if (nameOrPath is null && train.ContentHash != DataHash)
            throw new InvalidDataException($"{Checkpoint}: data '{name}' is not what it was trained on (its SHA-256 differs); name the folder with --data-dir, or other data to compare with by --data.");
        var shape = new ImageShape(train.Height, train.Width, train.Channels);
        if (shape != Header.Image || train.ClassNames.Count != Header.Classes)
            throw new UsageException($"--data '{name}': its images are {shape} in {train.ClassNames.Count} classes, those of {Checkpoint} {Header.Image} in {Header.Classes}; name the data that it was trained on, or data like them.");
        return data;
    }

    private string Field(string name) =>
        Header.Metadata.TryGetValue(name, out string? value) ? value : throw new InvalidDataException($"{Checkpoint}: {name} is missing, expected what it was trained on; name the data with --data.");

    private static RunDirectory? FindDirectory(string run)
    {
        try
        {
            return RunDirectory.Open(run);
        }
        catch (DirectoryNotFoundException) when (File.Exists(run))
        {
            return null;
        }
    }
}
