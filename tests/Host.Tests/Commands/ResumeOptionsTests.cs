using GpuCgan.Host.Commands;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>What every option of <c>train</c> means beside <c>--resume</c>: refused where it contradicts the run, or allowed to change it.</summary>
public sealed class ResumeOptionsTests : IDisposable
{
    /// <summary>What makes the run what it is, each with a value that contradicts it.</summary>
    private static readonly (string Name, string[] Arguments)[] Refused =
    [
        ("--recipe", ["other.json"]), ("--data", ["mnist"]), ("--batch-size", ["8"]), ("--lr", ["0.5"]), ("--seed", ["7"]), ("--out", ["elsewhere"]), ("--name", ["x"]), ("--precision", ["tf32"]),
        ("--size", ["16x16"]), ("--grayscale", []), ("--csv-delimiter", ["comma"]), ("--csv-header", ["yes"]), ("--csv-label", ["0"]), ("--csv-range", ["0..255"]), ("--csv-shape", ["8x8"]),
    ];

    /// <summary>Where, how long and how often: these may change.</summary>
    private static readonly string[] Allowed =
        ["--data-dir", "--device", "--threads", "--plain-launches", "--epochs", "--steps", "--max-time", "--resume", "--sample-interval", "--checkpoint-interval", "--keep-checkpoints", "--dry-run", "--quiet"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A new option of <c>train</c> belongs into one of the two lists, and into docs/checkpoints.md.</summary>
    [Fact]
    public void NoOptionIsForgotten()
    {
        string[] known = [.. Refused.Select(option => option.Name), .. Allowed];
        string[] train = [.. TrainCommand.Create().Options.Select(option => option.Name).Where(name => name != "--help")];
        Assert.Equal(train.Order(), known.Order());
    }

    [Fact]
    public void ContradictionsAreRefusedByName()
    {
        string run = Trained();
        File.WriteAllText(_folder.Entry("other.json"), """{ "name": "other", "latent": 3 }""");
        // In one process: twelve starts of the program would take longer than all that is tested here.
        string before = Environment.CurrentDirectory;
        foreach (var (name, arguments) in Refused)
        {
            string[] absolute = name == "--recipe" ? [_folder.Entry("other.json")] : arguments;
            var parsed = new System.CommandLine.RootCommand { TrainCommand.Create() }.Parse(["train", "--resume", run, "--steps", "99", name, .. absolute]);
            Assert.Empty(parsed.Errors);
            var e = Assert.ThrowsAny<Exception>(() => TrainPlan.Run(parsed));
            Assert.True(e is UsageException && e.Message.StartsWith(name, StringComparison.Ordinal) && !e.Message.Contains('\n'), $"{name}: {e.GetType().Name} {e.Message}");
        }
        Assert.Equal(before, Environment.CurrentDirectory);
        Assert.False(File.Exists(Path.Combine(run, ".lock.holder")), "a refused resume lets go of the lock");
    }

    [Fact]
    public void TheRunsOwnOptionsAreKeptAndThoseThatMayChangeDo()
    {
        string run = Trained();
        var same = Cli.Run(_folder.FullPath, "train", "--resume", run, "--steps", "50", "--batch-size", "16", "--seed", "3", "--data", "digits", "--dry-run");
        Assert.True(same.ExitCode == 0, same.Error);
        Assert.Contains("device   cpu: ", same.Error, StringComparison.Ordinal);
        Assert.Contains("batch 16, seed 3", same.Error, StringComparison.Ordinal);

        var other = Cli.Run(_folder.FullPath, "train", "--resume", run, "--steps", "41", "--keep-checkpoints", "7", "--sample-interval", "9", "--quiet");
        Assert.Equal((0, ""), (other.ExitCode, other.Error));
        var options = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(Path.Combine(run, "options.json")))!;
        Assert.Equal((41, 7, 9, 5, 16), ((int)options["steps"]!, (int)options["keep_checkpoints"]!, (int)options["sample_interval"]!, (int)options["checkpoint_interval"]!, (int)options["recipe"]!["batch_size"]!));
    }

    /// <summary>A run of a machine with a CUDA device is not taken up on the CPU in silence, and is where that is asked for by name.</summary>
    [Fact]
    public void AnotherDeviceIsTakenWhereItIsAskedForAndNeverInSilence()
    {
        string run = Trained(), options = Path.Combine(run, "options.json");
        File.WriteAllText(options, File.ReadAllText(options).Replace("\"device\": \"cpu\"", "\"device\": \"cuda:99\"", StringComparison.Ordinal));
        Cli.Run(_folder.FullPath, "train", "--resume", run, "--steps", "41").AssertRefused("--device cuda");
        var moved = Cli.Run(_folder.FullPath, "train", "--resume", run, "--steps", "41", "--device", "cpu", "--quiet");
        Assert.True(moved.ExitCode == 0, moved.Error);
        Assert.Contains("warning: ", moved.Error, StringComparison.Ordinal);
        Assert.Contains("trained on cuda:99 so far and going on on cpu", moved.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunThatWasKilledBeforeItsFirstCheckpointStartsAgain()
    {
        string run = Trained();
        byte[] checkpoint = File.ReadAllBytes(Path.Combine(run, "checkpoints", "step-00000040.safetensors"));
        Directory.Delete(Path.Combine(run, "checkpoints"), recursive: true);
        Directory.CreateDirectory(Path.Combine(run, "checkpoints"));
        var resumed = Cli.Run(_folder.FullPath, "train", "--resume", run);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("no checkpoint yet; the run starts again from step 0", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(checkpoint, File.ReadAllBytes(Path.Combine(run, "checkpoints", "step-00000040.safetensors")));
    }

    private string Trained()
    {
        var result = Cli.Run(_folder.FullPath, "train", "--steps", "40", "--batch-size", "16", "--seed", "3", "--device", "cpu", "--checkpoint-interval", "5", "--quiet");
        Assert.True(result.ExitCode == 0, result.Error);
        return _folder.Entry(result.Output.Trim());
    }
}
