using System.Text.Json.Nodes;
using GpuCgan.Host.Data;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Commands;

/// <summary><c>evaluate</c> from the command line.</summary>
public sealed class EvaluateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-evaluate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

    private string Train(params string[] more)
    {
        var result = Cli.Run(_folder, ["train", "--steps", "60", "--batch-size", "16", "--device", "cpu", .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
        string run = result.Output.Trim();
        Assert.Contains($"gpucgan evaluate {run}", result.Error, StringComparison.Ordinal);
        return run;
    }

    private Cli Evaluate(params string[] arguments) => Cli.Run(_folder, ["evaluate", .. arguments, "--cache-dir", "cache", "--device", "cpu"]);

    /// <summary>Without what differs from one time to the next.</summary>
    private static string Figures(string json)
    {
        var fields = JsonNode.Parse(json)!.AsObject();
        fields.Remove("seconds");
        fields.Remove("device");
        fields["classifier"]!.AsObject().Remove("cached");
        return fields.ToJsonString();
    }

    [Fact]
    public void ARunIsScoredInATableInJsonAndInTheRun()
    {
        string run = Train();
        var options = JsonNode.Parse(File.ReadAllText(In(run, "options.json")))!;
        Assert.Equal("train: 80 % of each class, seed 0", (string?)options["split"]);

        var table = Evaluate(run);
        Assert.True(table.ExitCode == 0, table.Error);
        Assert.Equal(Path.Combine(run, "evaluation.json"), table.Output.Trim());
        foreach (string named in (string[])["label accuracy", "CAS", "FID", "precision", "recall", "density", "coverage", "of 359 held-out real images", "training a classifier on 1438 real images"])
            Assert.Contains(named, table.Error, StringComparison.Ordinal);
        Assert.All(table.Error.Split('\n'), line => Assert.True(line.Length <= 80, line));
        string first = File.ReadAllText(In(run, "evaluation.json"));
        var json = JsonNode.Parse(first)!;
        Assert.Equal((1438, 1438, 60, false), ((int)json["images"]!, (int)json["real_images"]!, (int)json["step"]!, (bool)json["classifier"]!["cached"]!));
        Assert.Equal((string?)options["data_sha256"], (string?)json["data"]!["train_sha256"]);
        Assert.True((bool)json["data"]!["trained_on"]!);
        Assert.True((double)json["classifier"]!["test_accuracy"]! >= 0.97);
        // Sixty steps are not enough for anything: the scores say so, and their floors are those of real images.
        Assert.True((double)json["scores"]!["cas"]!["generated"]! < 0.8 && (double)json["scores"]!["cas"]!["real"]! >= 0.97, first);
        Assert.True((double)json["scores"]!["coverage"]!["generated"]! < 0.5 && (double)json["scores"]!["coverage"]!["real"]! >= 0.9, first);
        Assert.True((double)json["scores"]!["fid"]!["generated"]! > 10 * (double)json["scores"]!["fid"]!["real"]!, first);

        // Sixty steps draw nothing that is near to a training image.
        Assert.Equal((1000, 359, 0.0), ((int)json["memorisation"]!["images"]!, (int)json["memorisation"]!["test_images"]!, (double)json["memorisation"]!["copy_share"]!));
        foreach (string picture in (string[])["confusion.png", "neighbours.png"])
        {
            using var drawn = SKBitmap.Decode(In(run, picture))!;
            Assert.True(drawn.Width > 700 && drawn.Height > 700, picture);
        }
        string page = File.ReadAllText(In(run, "report.html"));
        Assert.Contains("real training images, each against the 359 held-out images of digits", page, StringComparison.Ordinal);
        Assert.Equal(6, page.Split("<img ").Length - 1);
        Assert.DoesNotContain("has not been evaluated", page, StringComparison.Ordinal);

        // Once more: the classifier is there, and everything else to the last digit; from the checkpoint itself too, on one thread and with a classifier of its own.
        var quiet = Evaluate(run, "--json", "--quiet");
        Assert.Equal((0, ""), (quiet.ExitCode, quiet.Error));
        Assert.True((bool)JsonNode.Parse(quiet.Output)!["classifier"]!["cached"]!);
        Assert.Equal(quiet.Output, File.ReadAllText(In(run, "evaluation.json")));
        Assert.Equal(Figures(first), Figures(quiet.Output));
        string checkpoint = In(run, "checkpoints", "step-00000060.safetensors");
        var fresh = Cli.Run(_folder, "evaluate", checkpoint, "--json", "--quiet", "--cache-dir", "another", "--device", "cpu", "--threads", "1");
        Assert.Equal(Figures(first), Figures(fresh.Output));

        // A checkpoint that belongs to no run is scored and leaves nothing behind.
        Directory.CreateDirectory(In("far", "away"));
        File.Copy(checkpoint, In("far", "away", "c.safetensors"));
        var lone = Evaluate(In("far", "away", "c.safetensors"), "--count", "200", "--seed", "3", "--json");
        Assert.True(lone.ExitCode == 0, lone.Error);
        Assert.Equal((200, 3), ((int)JsonNode.Parse(lone.Output)!["images"]!, (int)JsonNode.Parse(lone.Output)!["seed"]!));
        Assert.NotEqual(JsonNode.Parse(lone.Output)!["scores"]!.ToJsonString(), JsonNode.Parse(Evaluate(checkpoint, "--count", "200", "--json").Output)!["scores"]!.ToJsonString());
        Assert.Equal([In("far", "away", "c.safetensors")], Directory.GetFileSystemEntries(In("far", "away")));
        Assert.Equal("", Evaluate(In("far", "away", "c.safetensors"), "--count", "60", "--quiet").Output);
    }

    [Fact]
    public void OtherDataMayBeComparedWithWhereTheyFit()
    {
        string run = Train();
        // The digits themselves, cut otherwise: half of the images train.
        var half = DigitsDataSet.LoadWhole().Split(0.5);
        WriteIdx("half", "train-", half.Train);
        WriteIdx("half", "t10k-", half.Test);
        var result = Evaluate(run, "--data", "half", "--count", "100", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        var json = JsonNode.Parse(result.Output)!;
        Assert.Equal(("half", half.Test.Count, false), ((string)json["data"]!["name"]!, (int)json["data"]!["test_images"]!, (bool)json["data"]!["trained_on"]!));
        Assert.Contains("trained on other data than 'half'", result.Error, StringComparison.Ordinal);

        WriteIdx("small", "train-", new ImageDataSet("small", "", "", 1, 4, 4, new byte[30 * 16], Enumerable.Range(0, 30).Select(i => i % 10).ToArray(), half.Train.ClassNames));
        Evaluate(run, "--data", "small").AssertRefused("--data 'small'", "4×4", "8×8");
        WriteIdx("few", "train-", new ImageDataSet("few", "", "", 1, 8, 8, new byte[30 * 64], Enumerable.Range(0, 30).Select(i => i % 3).ToArray(), ["0", "1", "2"]));
        Evaluate(run, "--data", "few").AssertRefused("--data 'few'", "3 classes");

        // A run trained on a folder whose images have changed since is refused, unless they are asked for by name.
        string own = Train("--data", In("half"), "--name", "own");
        WriteIdx("half", "train-", half.Test);
        Evaluate(own).AssertRefused("half", "SHA-256", "--data");
        Assert.Equal(0, Evaluate(own, "--data", In("half"), "--count", "100").ExitCode);
    }

    [Fact]
    public void WhatAUserGetsWrongIsNamed()
    {
        string run = Train();
        Evaluate("nowhere").AssertRefused("nowhere");
        Evaluate(run, "--count", "59").AssertRefused("--count 59", "at least 60");
        Evaluate(run, "--count", "100001").AssertRefused("--count 100001", "100000");
        Evaluate(run, "--count", "0").AssertRefused("--count '0'");
        Evaluate(run, "--count", "many").AssertRefused("--count 'many'");
        Evaluate(run, "--seed", "-1").AssertRefused("--seed '-1'");
        Evaluate(run, "--data", "letters").AssertRefused("'letters'");
        Evaluate(run, "--data", "mnist", "--data-dir", "nowhere").AssertRefused("nowhere");
        Evaluate(run, "--threads", "0").AssertRefused("--threads '0'");
        Evaluate(run, "--jsn").AssertRefused("'--jsn'");
        Cli.Run(_folder, "evaluate").AssertRefused("'RUN'");
        Cli.Run(_folder, "evaluate", run, "--device", "gpu").AssertRefused("--device 'gpu'");
        Cli.Run(_folder, "evaluate", run, "--device", "cpu", "--cache-dir", "").AssertRefused("--cache-dir");
        string checkpoint = In(run, "checkpoints", "step-00000060.safetensors");
        var bytes = File.ReadAllBytes(checkpoint);
        File.WriteAllBytes(checkpoint, bytes[..^9]);
        Evaluate(run).AssertRefused("step-00000060.safetensors");
        File.WriteAllBytes(checkpoint, bytes);
        File.Delete(In(run, "options.json"));
        Evaluate(run).AssertRefused("options.json");
        Assert.False(Directory.Exists(In("cache")));
    }

    private void WriteIdx(string folder, string prefix, ImageDataSet data)
    {
        Directory.CreateDirectory(In(folder));
        IdxFile.WriteImages(In(folder, prefix + "images-idx3-ubyte"), data.Pixels, data.Count, data.Height, data.Width);
        IdxFile.WriteLabels(In(folder, prefix + "labels-idx1-ubyte"), data.LabelBytes());
    }
}
