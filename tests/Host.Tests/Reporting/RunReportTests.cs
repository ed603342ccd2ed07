using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GpuCgan.Host.Evaluation;
using GpuCgan.Host.Reporting;
using GpuCgan.Host.Rendering;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Host.Tests.Evaluation;
using GpuCgan.Network.Recipes;
using SkiaSharp;

namespace GpuCgan.Host.Tests.Reporting;

public sealed class RunReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private RunDirectory Run(string recipe = "mlp", string data = "digits")
    {
        var run = RunDirectory.Create(_folder.FullPath, "a run");
        run.WriteOptions(new JsonObject
        {
            ["version"] = "1.2.3", ["data"] = data, ["training_images"] = 1438, ["device"] = "cpu", ["device_name"] = "a CPU", ["seed"] = 5, ["steps"] = 100,
            ["sample_interval"] = 1, ["checkpoint_interval"] = 1, ["keep_checkpoints"] = 3, ["recipe"] = RecipeFile.ToJson(RecipeFile.Load("mlp") with { Name = recipe }),
        });
        return run;
    }

    private static string Page(RunDirectory run)
    {
        RunReport.Write(run);
        return File.ReadAllText(run.ReportFile);
    }

    private static void Picture(string path)
    {
        using var picture = new SKBitmap(6, 4, SKColorType.Rgba8888, SKAlphaType.Opaque);
        picture.Erase(SKColors.White);
        PngFile.Write(path, picture);
    }

    /// <summary>Every element that is opened is closed, in order, and nothing is fetched from elsewhere.</summary>
    private static void AssertSound(string page)
    {
        var open = new Stack<string>();
        foreach (Match tag in Regex.Matches(page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)], "<(/?)([a-z0-9]+)[^>]*>"))
        {
            string name = tag.Groups[2].Value;
            if (name == "img")
                Assert.Matches("alt=\"[^\"]{20,}\"", tag.Value);
            else if (tag.Groups[1].Length == 0)
                open.Push(name);
            else
                Assert.Equal(open.Pop(), name);
        }
        Assert.Empty(open);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void ARunWithNothingInItIsToldHowToFillIt()
    {
        string page = Page(Run());
        AssertSound(page);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        foreach (string command in (string[])["evaluate", "sample", "interpolate", "train --resume"])
            Assert.Contains($"<pre tabindex=\"0\">gpucgan {command} ", page, StringComparison.Ordinal);
        Assert.Contains("no step logged", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunWithEverythingShowsEverything()
    {
        var run = Run();
        foreach (string path in (string[])[run.SampleFile(3), run.LossesFile, run.EvolutionFile, run.InterpolationFile, Path.Combine(run.Folder, "interpolation-1-to-2.png"), run.ConfusionFile, run.NeighboursFile])
            Picture(path);
        EvaluationFile.Write(Path.Combine(run.Folder, EvaluationFile.Name), EvaluationFileTests.Example());
        using (var log = MetricsLog.Open(run.MetricsFile))
            log.Append(new MetricsRecord(60, 2.5, 12, 1, 1, 0.5, 0.5, 100) { Warnings = ["collapse", "of another version"] });
        string page = Page(run);
        AssertSound(page);
        Assert.Equal(7, Regex.Count(page, "<img [^>]*src=\"data:image/png;base64,"));
        foreach (string text in (string[])["87.50 %", "60 steps", "2.5 epochs", "Step 60: G&#39;s images of a label are nearly all alike", "This run stopped at step 60 of 100", "gpucgan train --device cpu --seed 5 --steps 100", "recipe.latent", "100 generated and 90 held-out"])
            Assert.Contains(text, page, StringComparison.Ordinal);
        Assert.DoesNotContain("has not been evaluated", page, StringComparison.Ordinal);
        // Another checkpoint has come since.
        File.WriteAllText(run.CheckpointFile(90), "");
        Assert.Contains("The scores are of step 60; the run has since gone on to step 90", Page(run), StringComparison.Ordinal);
    }

    [Fact]
    public void WhateverTheNamesAreTheyAreText()
    {
        const string evil = "<script>alert(1)</script>\"'&";
        var run = Run(recipe: evil, data: "/data/" + evil.Replace("/", "", StringComparison.Ordinal));
        var example = EvaluationFileTests.Example(3, evil);
        EvaluationFile.Write(Path.Combine(run.Folder, EvaluationFile.Name), example);
        string page = Page(run);
        AssertSound(page);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenEvaluationIsAMissingOneAndBrokenOptionsAreAnError()
    {
        var run = Run();
        File.WriteAllText(Path.Combine(run.Folder, EvaluationFile.Name), "{");
        Assert.Contains("has not been evaluated", Page(run), StringComparison.Ordinal);
        File.WriteAllText(run.OptionsFile, "{");
        Assert.Throws<InvalidDataException>(() => RunReport.Write(run));
    }
}
