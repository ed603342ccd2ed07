using GpuCgan.Host.Output;
using GpuCgan.Host.Runs;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Commands;

/// <summary>What RUN means to a command that draws from it: a checkpoint and the names of its classes. A run's checkpoint must be of the run's recipe.</summary>
internal sealed class SampledRun
{
    private readonly RunDirectory? _directory;

    /// <exception cref="IOException">There is no such run or checkpoint.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or the checkpoint is of another run's recipe.</exception>
    public SampledRun(string run)
    {
        Checkpoint = RunDirectory.FindCheckpoint(run);
        Header = GanCheckpoint.ReadHeader(Checkpoint);
        if (Directory.Exists(run))
        {
            _directory = RunDirectory.Open(run);
            RunOptions.CheckRecipe(_directory.ReadOptions(), Header, _directory.OptionsFile, Checkpoint);
        }
        Names = ClassNames.Of(Header, out bool areReadable);
        if (!areReadable)
            Messages.Warning("the checkpoint's class names are not readable; the labels' numbers are used instead.");
    }

    public string Checkpoint { get; }

    public CheckpointHeader Header { get; }

    /// <summary>One a label.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Refuses an option that names a label, where the network is told none.</summary>
    /// <exception cref="UsageException">It was given.</exception>
    public void CheckLabels(string option, string? value)
    {
        if (value is not null && !Header.Recipe.HasLabels)
            throw new UsageException($"{option} '{value}': recipe '{Header.Recipe.Name}' draws without labels (its generator_label is none); leave {option} out.");
    }

    /// <summary>Where an interpolation goes by default: into the run, or for a checkpoint file where one stands.</summary>
    public string PictureFile(string suffix) => Path.Combine(_directory?.Folder ?? "", $"interpolation{suffix}.png");
}
