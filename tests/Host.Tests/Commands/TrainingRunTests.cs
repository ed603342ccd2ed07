using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using GpuCgan.Host.Tests.Rendering;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>A run from the command line to its pictures.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private static readonly string[] Short = ["--steps", "60", "--batch-size", "16", "--device", "cpu", "--checkpoint-interval", "1"];

    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

    private Cli Train(params string[] more)
    {
        var result = Cli.Run(_folder, ["train", .. Short, .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    [Fact]
    public void ARunLeavesEverythingItPromises()
    {
        var result = Train();
        Assert.Equal(Path.Combine("runs", "00000-digits-mlp"), result.Output.Trim());
        Assert.Contains("step 60/60", result.Error, StringComparison.Ordinal);
        string run = In("runs", "00000-digits-mlp");

        var options = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "options.json")))!;
        Assert.Equal((60, 16, "cpu"), ((int)options["steps"]!, (int)options["recipe"]!["batch_size"]!, (string)options["device"]!));
        var lines = File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(60, (int)lines[^1]["step"]!);
        Assert.All(lines, line => Assert.True(double.IsFinite((double)line["d_loss"]!) && (double)line["images_per_second"]! > 0));
        using var losses = SKBitmap.Decode(Path.Combine(run, "losses.png"))!;
        Assert.True(losses.Width >= 800);
        string sheet = Directory.GetFiles(Path.Combine(run, "samples")).Order().Last();
        using var samples = SKBitmap.Decode(sheet)!;
        Assert.True(samples.Width > 400);
        Assert.Equal("epoch-0000.png", Path.GetFileName(Directory.GetFiles(Path.Combine(run, "samples")).Order().First()));
        Assert.All(lines, line => Assert.True((double)line["g_gradient_norm"]! > 0 && (double)line["d_gradient_norm"]! > 0 && (double)line["real_distance"]! > 0 && (double)line["fake_distance"]! > 0));
        var evolution = new ApngReader(File.ReadAllBytes(Path.Combine(run, "evolution.png")));
        Assert.Equal(Directory.GetFiles(Path.Combine(run, "samples")).Length, evolution.Frames.Count);
        using var walk = SKBitmap.Decode(Path.Combine(run, "interpolation.png"))!;
        Assert.True(walk.Width > 400 && walk.Height > 400);
        string page = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("<pre tabindex=\"0\">gpucgan train --batch-size 16 --device cpu --steps 60</pre>", page, StringComparison.Ordinal);
        Assert.Contains($"gpucgan evaluate {Path.Combine("runs", "00000-digits-mlp")}</pre>", page, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "checkpoints", "last")));
        Assert.True(File.Exists(Path.Combine(run, "checkpoints", "step-00000060.safetensors")));

        Assert.Equal(Path.Combine("runs", "00001-digits-mlp"), Train().Output.Trim());
    }

    [Fact]
    public void TheSameCommandTwiceGivesTheSameBytes()
    {
        Train("--name", "a");
        Train("--name", "b", "--threads", "1");
        Train("--name", "c", "--seed", "1");
        byte[] Checkpoint(string run) => File.ReadAllBytes(In("runs", run, "checkpoints", "step-00000060.safetensors"));
        Assert.Equal(Checkpoint("00000-a"), Checkpoint("00001-b"));
        Assert.NotEqual(Checkpoint("00000-a"), Checkpoint("00002-c"));
        // Its options are a recipe of their own.
        Train("--name", "d", "--recipe", In("runs", "00000-a", "options.json"));
        Assert.Equal(Checkpoint("00000-a"), Checkpoint("00003-d"));
    }

    [Fact]
    public void AResumedRunEndsInTheSameBytes()
    {
        // A recipe without a schedule: one with a schedule does other things in a run that was planned to be short.
        Train("--name", "whole", "--recipe", "mlp-classic");
        var half = Cli.Run(_folder, "train", "--recipe", "mlp-classic", "--steps", "23", "--batch-size", "16", "--device", "cpu", "--name", "half");
        Assert.True(half.ExitCode == 0, half.Error);
        var resumed = Cli.Run(_folder, "train", "--resume", In("runs", "00001-half"), "--steps", "60", "--device", "cpu");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(
            File.ReadAllBytes(In("runs", "00000-whole", "checkpoints", "step-00000060.safetensors")),
            File.ReadAllBytes(In("runs", "00001-half", "checkpoints", "step-00000060.safetensors")));
        Cli.Run(_folder, "train", "--resume", In("runs", "00001-half"), "--steps", "90", "--seed", "7").AssertRefused("--seed 7");
        Cli.Run(_folder, "train", "--resume", In("runs", "00001-half"), "--steps", "90", "--batch-size", "8").AssertRefused("--batch-size 8");
        Cli.Run(_folder, "train", "--resume", In("runs", "00001-half")).AssertRefused("60 steps are done");    }

    [Fact]
    public void SamplesComeInThreeFormats()
    {
        Train();
        string run = In("runs", "00000-digits-mlp");
        var sheet = Cli.Run(_folder, "sample", run, "--count", "2", "--labels", "0-2,7", "--out", "s.png");
        Assert.True(sheet.ExitCode == 0, sheet.Error);
        Assert.Equal("s.png", sheet.Output.Trim());
        using (var bitmap = SKBitmap.Decode(In("s.png"))!)
            Assert.True(bitmap.Width > 100);

        Assert.Equal(0, Cli.Run(_folder, "sample", run, "--count", "3", "--labels", "4,5", "--format", "folder", "--out", "f").ExitCode);
        Assert.Equal(["0000.png", "0001.png", "0002.png"], Directory.GetFiles(In("f", "5")).Select(Path.GetFileName).Order());
        using (var bitmap = SKBitmap.Decode(In("f", "4", "0000.png"))!)
            Assert.Equal((8, 8), (bitmap.Width, bitmap.Height));

        Assert.Equal(0, Cli.Run(_folder, "sample", run, "--count", "70", "--labels", "3,9", "--format", "idx", "--out", "i").ExitCode);
        var images = IdxFile.ReadImages(In("i", "images-idx3-ubyte"));
        Assert.Equal((140, 8, 8), (images.Count, images.Height, images.Width));
        Assert.Equal([.. Enumerable.Repeat(3, 70), .. Enumerable.Repeat(9, 70)], IdxFile.ReadLabels(In("i", "labels-idx1-ubyte")).ToArray().Select(b => (int)b));

        // Walks: the default one again to the byte, between labels, as an animation, and what cannot be.
        byte[] drawn = File.ReadAllBytes(Path.Combine(run, "interpolation.png"));
        var again = Cli.Run(_folder, "interpolate", run);
        Assert.Equal((0, Path.Combine("runs", "00000-digits-mlp", "interpolation.png")), (again.ExitCode, Path.GetRelativePath(_folder, again.Output.Trim())));
        Assert.Equal(drawn, File.ReadAllBytes(Path.Combine(run, "interpolation.png")));
        Assert.Equal(0, Cli.Run(_folder, "interpolate", run, "--from", "3", "--to", "8", "--steps", "4", "--format", "apng", "--seeds", "0-1", "--out", "w.png").ExitCode);
        var frames = new ApngReader(File.ReadAllBytes(In("w.png"))).Frames;
        Assert.Equal(6, frames.Count);
        Assert.NotEqual(frames[0], frames[3]);
        Cli.Run(_folder, "interpolate", run, "--from", "3").AssertRefused("--from '3'", "--to");
        Cli.Run(_folder, "interpolate", run, "--from", "3", "--to", "dog").AssertRefused("'dog'");
        Cli.Run(_folder, "interpolate", run, "--steps", "1").AssertRefused("--steps 1");

        // The same image whatever it is asked for with, and from the checkpoint file as from the run.
        string checkpoint = Path.Combine(run, "checkpoints", "step-00000060.safetensors");
        Assert.Equal(0, Cli.Run(_folder, "sample", checkpoint, "--count", "1", "--labels", "9", "--format", "idx", "--out", "j").ExitCode);
        Assert.Equal(images.Pixels.ToArray()[(70 * 64)..(71 * 64)], IdxFile.ReadImages(In("j", "images-idx3-ubyte")).Pixels.ToArray());

        Cli.Run(_folder, "sample", run, "--labels", "10").AssertRefused("'10' is no label", "0 to 9");
        Cli.Run(_folder, "sample", run, "--labels", "5-2").AssertRefused("'5-2'");
        Cli.Run(_folder, "sample", run, "--seed", "1", "--seeds", "1-2").AssertRefused("--seeds");
        File.WriteAllText(In("taken"), "");
        Cli.Run(_folder, "sample", run, "--format", "idx", "--out", "taken").AssertRefused("--out 'taken'");
    }

    [Fact]
    public void ADamagedOrForeignCheckpointIsRefused()
    {
        Train("--name", "a");
        Train("--name", "b", "--lr", "0.001");
        string checkpoint = In("runs", "00000-a", "checkpoints", "step-00000060.safetensors");
        var bytes = File.ReadAllBytes(checkpoint);
        File.WriteAllBytes(In("torn.safetensors"), bytes[..(bytes.Length / 2)]);
        Cli.Run(_folder, "sample", In("torn.safetensors")).AssertRefused("torn.safetensors");
        // The run's checkpoint is replaced by that of a run of another recipe.
        File.Copy(In("runs", "00001-b", "checkpoints", "step-00000060.safetensors"), checkpoint, overwrite: true);
        Cli.Run(_folder, "sample", In("runs", "00000-a")).AssertRefused("recipe");
    }

    [Fact]
    public void ADryRunWritesNothing()
    {
        var result = Cli.Run(_folder, "train", "--dry-run", "--device", "cpu");
        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Contains("1438 training images", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void QuietSaysTheRunDirectoryAlone()
    {
        var result = Train("--quiet");
        Assert.Equal("", result.Error);
        Assert.Equal(Path.Combine("runs", "00000-digits-mlp"), result.Output.Trim());
    }

    [UnixTheory]
    [InlineData("INT", 130), InlineData("TERM", 143)]
    public void ASignalEndsTheRunWithACheckpoint(string signal, int exitCode)
    {
        using var process = Cli.Start(_folder, "train", "--steps", "1000000", "--device", "cpu", "--quiet");
        try
        {
            string metrics = In("runs", "00000-digits-mlp", "metrics.jsonl");
            var patience = Stopwatch.StartNew();
            while (!(File.Exists(metrics) && new FileInfo(metrics).Length > 0) && patience.Elapsed < TimeSpan.FromMinutes(3))
                Thread.Sleep(20);
            using (var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]))
                kill.WaitForExit();
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)), "the run did not stop");
            Assert.Equal(exitCode, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        string checkpoint = Assert.Single(Directory.GetFiles(In("runs", "00000-digits-mlp", "checkpoints"), "*.safetensors"));
        Assert.Equal(0, Cli.Run(_folder, "sample", checkpoint, "--count", "1").ExitCode);
    }

    [Fact]
    public void TimeEndsARunAsPlanned()
    {
        var result = Cli.Run(_folder, "train", "--steps", "100000000", "--max-time", "0.5s", "--device", "cpu");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Single(Directory.GetFiles(In("runs", "00000-digits-mlp", "checkpoints"), "*.safetensors"));
    }

    [Fact]
    public void ADivergedRunEndsWithItsOwnExitCode()
    {
        // Sixteen layers whose weights grow by 1 a step give logits whose squares overflow single precision within a few steps.
        string layers = string.Concat(Enumerable.Repeat("\"linear 512\", \"leaky_relu 0.2\", \"dropout 0.4\", ", 16));
        File.WriteAllText(In("deep.json"), $$"""{ "name": "deep", "objective": "least_squares", "discriminator": [{{layers}} "linear 1"] }""");
        var result = Cli.Run(_folder, "train", "--steps", "400", "--lr", "1", "--device", "cpu", "--recipe", "deep.json");
        Assert.True(result.ExitCode == 4, result.Error);
        // Within one log interval, which is one step of so short a run, and by network and tensor.
        Assert.Matches("training diverged: by step [0-9]+ (generator|discriminator) [a-z0-9]+\\.[a-z_]+( \\([a-z_]+\\))? is not finite", result.Error);
        Assert.Equal("error: ", result.Error.Split('\n')[^2][..7]);
    }

    [Fact]
    public void DevicesSaysWhatThereIs()
    {
        var text = Cli.Run(_folder, "devices");
        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        Assert.Contains("auto takes", text.Output, StringComparison.Ordinal);
        var json = JsonNode.Parse(Cli.Run(_folder, "devices", "--json").Output)!;
        Assert.Contains("cpu", json["devices"]!.AsArray().Select(d => (string)d!["id"]!));
        Assert.Contains((string)json["auto"]!, json["devices"]!.AsArray().Select(d => (string)d!["id"]!));
    }
}
