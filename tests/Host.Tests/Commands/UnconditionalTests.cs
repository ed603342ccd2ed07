using System.Text.Json.Nodes;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>A GAN that is told no labels, from the command line to its report: nothing speaks of labels, and what needs none is all there.</summary>
public sealed class UnconditionalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-unconditional-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

    private Cli Run(params string[] arguments) => Cli.Run(_folder, arguments);

    [Fact]
    public void ARunWithoutLabelsIsTrainedDrawnScoredAndReported()
    {
        var trained = Run("train", "--recipe", "gan", "--steps", "40", "--batch-size", "16", "--device", "cpu");
        Assert.True(trained.ExitCode == 0, trained.Error);
        string run = trained.Output.Trim();

        // Eight rows of ten, as high as a conditional sheet less its headings.
        using (var sheet = SKBitmap.Decode(Directory.GetFiles(In(run, "samples")).Order().Last())!)
            Assert.True(sheet.Width > sheet.Height && sheet.Height > 400, $"{sheet.Width}×{sheet.Height}");

        Assert.Equal(0, Run("sample", run, "--count", "23", "--device", "cpu", "--format", "folder", "--out", "images").ExitCode);
        Assert.Equal(23, Directory.GetFiles(In("images")).Length);
        Assert.Empty(Directory.GetDirectories(In("images")));
        Assert.Equal(0, Run("sample", run, "--count", "23", "--device", "cpu", "--format", "idx", "--out", "idx").ExitCode);
        Assert.Equal([In("idx", "images-idx3-ubyte")], Directory.GetFiles(In("idx")));
        Assert.Equal(16 + 23 * 64, new FileInfo(In("idx", "images-idx3-ubyte")).Length);
        Assert.Equal(0, Run("sample", run, "--count", "23", "--device", "cpu").ExitCode);
        using (var picture = SKBitmap.Decode(In("samples.png"))!)
        {
            // Two full rows and three images: what is behind them is paper.
            Assert.Equal(SKColors.White, picture.GetPixel(picture.Width - 40, picture.Height - 80));
        }

        Assert.Equal(0, Run("interpolate", run, "--device", "cpu", "--steps", "4", "--out", "walk.png").ExitCode);
        Assert.Equal(0, Run("interpolate", run, "--device", "cpu", "--steps", "3", "--format", "apng", "--out", "walk-animated.png").ExitCode);
        Assert.True(File.Exists(In("walk.png")) && File.Exists(In("walk-animated.png")));

        Run("sample", run, "--labels", "3").AssertRefused("--labels '3'", "recipe 'gan'", "without labels");
        Run("interpolate", run, "--labels", "0-4").AssertRefused("--labels '0-4'", "without labels");
        Run("interpolate", run, "--from", "1", "--to", "7").AssertRefused("--from '1'", "without labels");

        var scored = Run("evaluate", run, "--count", "300", "--cache-dir", "cache", "--device", "cpu");
        Assert.True(scored.ExitCode == 0, scored.Error);
        Assert.Contains("draws without labels", scored.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("by class", scored.Error, StringComparison.Ordinal);
        Assert.All(scored.Error.Split('\n'), line => Assert.True(line.Length <= 80, line));
        var json = JsonNode.Parse(File.ReadAllText(In(run, "evaluation.json")))!;
        Assert.Null(json["scores"]!["label_accuracy"]);
        Assert.Null(json["scores"]!["cas"]);
        Assert.Null(json["confusion"]);
        Assert.Empty(json["classes"]!.AsArray());
        Assert.Contains("draws without labels", (string)json["note"]!, StringComparison.Ordinal);
        Assert.Equal((300, 300), ((int)json["images"]!, (int)json["real_images"]!));
        foreach (string score in (string[])["fid", "precision", "recall", "density", "coverage"])
            Assert.True(double.IsFinite((double)json["scores"]![score]!["generated"]!), score);
        // The floor is of real images of all classes: of one class alone coverage would be a tenth.
        Assert.True((double)json["scores"]!["coverage"]!["real"]! >= 0.5);
        Run("evaluate", run, "--count", "5", "--cache-dir", "cache", "--device", "cpu").AssertRefused("--count 5", "at least 6");

        string page = File.ReadAllText(In(run, "report.html"));
        Assert.Contains("draws without labels", page, StringComparison.Ordinal);
        Assert.Contains("id=\"neighbours\"", page, StringComparison.Ordinal);
        foreach (string absent in (string[])["give it a label", "column a label", "Confusion", "By class", "each label unchanged"])
            Assert.DoesNotContain(absent, page, StringComparison.Ordinal);
        Assert.False(File.Exists(In(run, "confusion.png")));
        Assert.True(File.Exists(In(run, "neighbours.png")));
    }

    [Fact]
    public void ADThatNamesClassesLogsHowWell()
    {
        var trained = Run("train", "--recipe", "acgan", "--steps", "60", "--batch-size", "16", "--device", "cpu");
        Assert.True(trained.ExitCode == 0, trained.Error);
        string[] lines = File.ReadAllLines(In(trained.Output.Trim(), "metrics.jsonl"));
        var last = JsonNode.Parse(lines[^1])!;
        Assert.True((double)last["class_loss"]! > 0);
        Assert.InRange((double)last["real_class_accuracy"]!, 0, 1);
        Assert.InRange((double)last["fake_class_accuracy"]!, 0, 1);
    }
}
