using System.Text.Json.Nodes;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Evaluation;

public sealed class EvaluationFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static Scores SomeScores(double x) => new(new Score(x, 1), new Score(0.9 * x, 0.99), null, new Score(0.25, 0.95), new Score(0.5, 0.95), new Score(1.25, 1), new Score(0.75, 0.95));

    internal static EvaluationResult Example(int classes = 3, string prefix = "") => new()
    {
        Format = EvaluationResult.CurrentFormat,
        Version = "1.2.3",
        Backend = "a backend",
        Device = "a device",
        Checkpoint = "step-00000060.safetensors",
        Step = 60,
        Recipe = "mlp",
        RunSeed = ulong.MaxValue,
        Seed = 7,
        Data = new EvaluationData("digits", "aa", "bb", 1438, 359, "train: 80 %", true),
        Classifier = new EvaluationClassifier("0123", 0.99, 48, true),
        Images = 100,
        RealImages = 90,
        Neighbours = 5,
        Scores = SomeScores(0.875),
        Classes = [.. Enumerable.Range(0, classes).Select(c => new ClassEvaluation(c, $"{prefix}{c}", 10 + c, 9, 8, SomeScores(c / 10.0)))],
        Confusion = new EvaluationConfusion(Counts(classes), Counts(classes)),
        Memorisation = new Memorisation(100, 90, 0.125, 0.25, 1, 0.0625, 1),
        Seconds = 1.5,
    };

    private static int[][] Counts(int classes) => [.. Enumerable.Range(0, classes).Select(i => Enumerable.Range(0, classes).Select(j => i == j ? 100 : j == i + 1 ? i : 0).ToArray())];

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        string path = _folder.Entry(EvaluationFile.Name);
        EvaluationFile.Write(path, Example());
        var read = EvaluationFile.Read(path);
        Assert.Equal(File.ReadAllBytes(path), EvaluationFile.ToJson(read));
        Assert.Equal((ulong.MaxValue, 0.875, null), (read.RunSeed, read.Scores.LabelAccuracy!.Generated, read.Scores.Fid));
        Assert.Equal(Counts(3), read.Confusion!.Generated);

        // The names that docs/evaluation.md promises.
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.Equal(
            ["format", "version", "backend", "device", "checkpoint", "step", "recipe", "run_seed", "seed", "data", "classifier", "images", "real_images", "neighbours", "scores", "classes", "confusion", "note", "memorisation", "seconds"],
            json.Select(field => field.Key));
        Assert.Equal(["name", "train_sha256", "test_sha256", "train_images", "test_images", "split", "trained_on"], json["data"]!.AsObject().Select(field => field.Key));
        Assert.Equal(["id", "test_accuracy", "features", "cached"], json["classifier"]!.AsObject().Select(field => field.Key));
        Assert.Equal(["images", "test_images", "generated", "held_out", "closer_share", "copy_distance", "copy_share"], json["memorisation"]!.AsObject().Select(field => field.Key));
        string[] scores = ["label_accuracy", "cas", "fid", "precision", "recall", "density", "coverage"];
        Assert.Equal(scores, json["scores"]!.AsObject().Select(field => field.Key));
        Assert.Equal(["generated", "real"], json["scores"]!["cas"]!.AsObject().Select(field => field.Key));
        Assert.Equal(["label", "name", "images", "real_images", "test_images", "scores"], json["classes"]![0]!.AsObject().Select(field => field.Key));
        Assert.Equal(["generated", "real"], json["confusion"]!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public void AnEvaluationOfBeforeMemorisationWasMeasuredIsRead()
    {
        string path = _folder.Entry(EvaluationFile.Name);
        var json = JsonNode.Parse(EvaluationFile.ToJson(Example()))!.AsObject();
        json.Remove("memorisation");
        File.WriteAllText(path, json.ToJsonString());
        Assert.Null(EvaluationFile.Read(path).Memorisation);
    }

    [Theory]
    [InlineData("{", "is no evaluation")]
    [InlineData("null", "format")]
    [InlineData("{}", "is no evaluation")]
    [InlineData("""{ "format": "gpucgan-evaluation-0" }""", "is no evaluation")]
    public void WhatIsNoEvaluationIsRefused(string text, string named)
    {
        string path = _folder.Entry(EvaluationFile.Name);
        File.WriteAllText(path, text);
        var e = Assert.Throws<InvalidDataException>(() => EvaluationFile.Read(path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void AnotherFormatIsRefusedByItsName()
    {
        string path = _folder.Entry(EvaluationFile.Name);
        EvaluationFile.Write(path, Example() with { Format = "gpucgan-evaluation-2" });
        Assert.Contains("gpucgan-evaluation-2", Assert.Throws<InvalidDataException>(() => EvaluationFile.Read(path)).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Throws<FileNotFoundException>(() => EvaluationFile.Read(path));
    }

    [Theory]
    [InlineData(3, ""), InlineData(10, ""), InlineData(12, "a rather long class name "), InlineData(40, "c")]
    public void TheTableFitsATerminal(int classes, string prefix)
    {
        string[] lines = [.. EvaluationText.Of(Example(classes, prefix))];
        Assert.All(lines, line => Assert.True(line.Length <= 80, $"{line.Length}: {line}"));
        Assert.Contains(lines, line => line.StartsWith("label accuracy", StringComparison.Ordinal) && line.Contains("87.50 %", StringComparison.Ordinal) && line.Contains("100.00 %", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("FID", StringComparison.Ordinal) && line.Contains('-'));
        // A matrix where it fits, else the worst pairs: class 38 as 39, 38 times.
        Assert.Equal(classes > 12, lines.Contains("  38 c38 read as 39 c39: 38 of 48"));
    }

    public void Dispose() => _folder.Dispose();
}
