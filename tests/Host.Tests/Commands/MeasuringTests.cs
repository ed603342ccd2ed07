using System.Text.Json.Nodes;

namespace GpuCgan.Host.Tests.Commands;

/// <summary><c>profile</c> and <c>bench</c> as a user calls them.</summary>
public sealed class MeasuringTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpucgan-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AProfileIsATableAFileAndATrace()
    {
        var result = Cli.Run(_folder, "profile", "--device", "cpu", "--threads", "2", "--size", "8", "--batch-size", "8", "--warm-up", "1", "--steps", "4",
            "--json", "p.json", "--trace", "t.json");
        Assert.Equal(0, result.ExitCode);
        string[] lines = result.Output.Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 80 && !line.Contains('\x1b'), line));
        Assert.Contains(lines, line => line.StartsWith("Gemm.Forward 8×48×110 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("gap ", StringComparison.Ordinal));
        Assert.DoesNotContain("forgets", result.Output, StringComparison.Ordinal);

        var profile = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "p.json")))!;
        Assert.Equal(("cpu", 8, 4), ((string?)profile["device"], (int?)profile["batch_size"], (int?)profile["steps"]));
        Assert.Equal(0, (long?)profile["unannounced"]);
        var kernels = profile["kernels"]!.AsArray();
        double launches = kernels.Sum(k => (double)k!["launches"]!);
        Assert.True(kernels.Count > 20 && launches > 40, $"{kernels.Count} kernels, {launches} launches");
        Assert.All(kernels, k => Assert.InRange((double)k!["share"]!, 0, 1));
        var events = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "t.json")))!["traceEvents"]!.AsArray();
        Assert.Equal(4 * (launches + 1), events.Count(e => (string?)e!["ph"] == "X"));
    }

    [Fact]
    public void ABenchmarkHasACaseForEachBatchAndTeam()
    {
        string[] arguments = ["bench", "--device", "cpu", "--threads", "1,2", "--size", "8", "--batch-size", "8,16", "--warm-up", "1", "--steps", "3"];
        var table = Cli.Run(_folder, arguments);
        Assert.Equal(0, table.ExitCode);
        string[] rows = [.. table.Output.Split('\n').SkipWhile(line => !line.StartsWith("batch", StringComparison.Ordinal)).Skip(1).Take(4)];
        Assert.Equal([["8", "1"], ["8", "2"], ["16", "1"], ["16", "2"]], rows.Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]));
        Assert.All(table.Output.Split('\n'), line => Assert.True(line.Length <= 80, line));

        var json = Cli.Run(_folder, [.. arguments, "--json"]);
        var cases = JsonNode.Parse(json.Output)!["cases"]!.AsArray();
        Assert.Equal("fp32", (string?)JsonNode.Parse(json.Output)!["precision"]);
        Assert.All(cases, c => Assert.False((bool?)c!["replayed"]));
        Assert.Equal([(8, 1), (8, 2), (16, 1), (16, 2)], cases.Select(c => ((int)c!["batch_size"]!, (int)c["threads"]!)));
        foreach (var c in cases)
        {
            var spread = c!["step_seconds"]!;
            double median = (double)spread["median"]!;
            Assert.True((double)spread["low"]! <= median && median <= (double)spread["high"]! && median > 0);
            Assert.Equal((int)c["batch_size"]! / median, (double)c["images_per_second"]!, 3);
            Assert.Equal(3, (int?)c["steps"]);
        }
        Assert.Equal(1, (double?)cases[0]!["speed_up"]);
        Assert.Equal((double)cases[2]!["step_seconds"]!["median"]! / (double)cases[3]!["step_seconds"]!["median"]!, (double)cases[3]!["speed_up"]!, 9);
    }

    [Theory]
    [InlineData("--group 'layer'", "profile", "--group", "layer")]
    [InlineData("--batch-size '64,x'", "bench", "--batch-size", "64,x")]
    [InlineData("--batch-size '8,8'", "bench", "--batch-size", "8,8")]
    [InlineData("--threads '0'", "bench", "--threads", "0")]
    [InlineData("--threads 1", "bench", "--threads", "1,2", "--device", "cpu-ilgpu")]
    [InlineData("--precision 'half'", "bench", "--precision", "half")]
    [InlineData("precision tf32: cpu has no tensor cores", "bench", "--device", "cpu", "--precision", "tf32")]
    [InlineData("precision tf32: cpu has no tensor cores", "profile", "--device", "cpu", "--precision", "tf32")]
    [InlineData("precision tf32x3: cpu has no tensor cores", "bench", "--device", "cpu", "--precision", "tf32x3")]
    [InlineData("precision tf32: cpu has no tensor cores", "train", "--device", "cpu", "--precision", "tf32")]
    [InlineData("--csv-label", "bench", "--csv-label", "first")]
    [InlineData("--batch-size 4000", "profile", "--data", "digits", "--batch-size", "4000")]
    [InlineData("recipe 'mlpp'", "profile", "--recipe", "mlpp")]
    public void WhatIsWrongIsNamedInOneLine(string named, params string[] arguments)
    {
        Cli.Run(_folder, arguments).AssertRefused(named);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }
}
