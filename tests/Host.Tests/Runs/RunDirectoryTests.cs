using System.Text.Json.Nodes;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Runs;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Runs => folder.Entry("out/runs");

    private RunDirectory CreateWithCheckpoints(params long[] steps)
    {
        RunDirectory run = RunDirectory.Create(Runs, "mlp");
        run.WriteOptions(new JsonObject { ["seed"] = 7 });
        foreach (long step in steps)
            TinyCheckpoint.Write(run.CheckpointFile(step), step);
        return run;
    }

    [Fact]
    public void Runs_are_numbered_from_zero_and_each_has_its_subfolders()
    {
        for (int i = 0; i < 3; i++)
        {
            RunDirectory run = RunDirectory.Create(Runs, "mlp-digits");
            Assert.Equal(Path.Combine(Runs, $"0000{i}-mlp-digits"), run.Folder);
            Assert.True(Directory.Exists(run.SamplesFolder) && Directory.Exists(run.CheckpointsFolder));
        }

        Assert.Equal(3, Directory.GetFileSystemEntries(Runs).Length);
    }

    [Fact]
    public void A_number_is_used_once_whatever_the_name_and_gaps_are_not_filled()
    {
        Directory.CreateDirectory(Path.Combine(Runs, "00007-other"));
        Directory.CreateDirectory(Path.Combine(Runs, "notes"));
        Directory.CreateDirectory(Path.Combine(Runs, "123-short"));
        Assert.Equal("00008-a", Path.GetFileName(RunDirectory.Create(Runs, "a").Folder));
        File.WriteAllText(Path.Combine(Runs, "00011-a-file"), "");
        Assert.Equal("00012-a", Path.GetFileName(RunDirectory.Create(Runs, "a").Folder));
        Directory.CreateDirectory(Path.Combine(Runs, "100000-many"));
        Assert.Equal("100001-a", Path.GetFileName(RunDirectory.Create(Runs, "a").Folder));
    }

    [Fact]
    public void A_number_that_another_process_is_claiming_is_passed_over()
    {
        Directory.CreateDirectory(Runs);
        File.WriteAllText(Path.Combine(Runs, ".00000.claim"), "");
        Assert.Equal("00001-a", Path.GetFileName(RunDirectory.Create(Runs, "a").Folder));
    }

    [Fact]
    public void Runs_created_at_the_same_time_get_numbers_of_their_own()
    {
        const int Count = 400;
        string[] names = new string[Count];
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => names[i] = Path.GetFileName(RunDirectory.Create(Runs, $"r{i}").Folder));
        Assert.Equal(Count, names.Select(name => name[..5]).Distinct().Count());
        Assert.Empty(Directory.GetFiles(Runs));
    }

    [Theory]
    [InlineData("mlp digits", "mlp-digits")]
    [InlineData("../../etc/passwd", "etc-passwd")]
    [InlineData("a\\b:c*d?\"<>|\n", "a-b-c-d")]
    [InlineData("..", "run")]
    [InlineData("", "run")]
    [InlineData("数字_1.0", "数字_1.0")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789", "012345678901234567890123456789012345678901234567890123456789")]
    public void Names_are_made_safe(string name, string expected)
        => Assert.Equal(Path.Combine(Runs, "00000-" + expected), RunDirectory.Create(Runs, name).Folder);

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_in_one_line()
    {
        File.WriteAllText(folder.Entry("file"), "");
        string runs = folder.Entry("file/runs");
        string message = Assert.Throws<IOException>(() => RunDirectory.Create(runs, "a")).Message;
        Assert.StartsWith(runs + ": no run can be put there (", message);
        Assert.Contains("--out", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Files_lie_where_the_design_says()
    {
        RunDirectory run = RunDirectory.Create(Runs, "a");
        Assert.Equal(
            ["options.json", "metrics.jsonl", "losses.png", "samples/epoch-0010.png", "checkpoints/step-00001000.safetensors", "checkpoints/step-123456789.safetensors"],
            new[] { run.OptionsFile, run.MetricsFile, run.LossesFile, run.SampleFile(10), run.CheckpointFile(1000), run.CheckpointFile(123456789) }
                .Select(path => Path.GetRelativePath(run.Folder, path).Replace('\\', '/')));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.SampleFile(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.CheckpointFile(-1));
    }

    [Fact]
    public void A_run_opens_by_its_directory_and_by_its_checkpoint()
    {
        RunDirectory run = CreateWithCheckpoints(5, 100_000_000, 99_999_999);
        File.WriteAllText(run.CheckpointFile(200_000_000) + ".tmp", "");
        File.WriteAllText(Path.Combine(run.CheckpointsFolder, "step-x.safetensors"), "");

        Assert.Equal(run.Folder, RunDirectory.Open(run.Folder).Folder);
        Assert.Equal(run.Folder, RunDirectory.Open(run.CheckpointFile(5)).Folder);
        Assert.Equal(run.CheckpointFile(100_000_000), RunDirectory.FindCheckpoint(run.Folder));
        Assert.Equal(run.CheckpointFile(5), RunDirectory.FindCheckpoint(run.CheckpointFile(5)));
        Assert.Equal([5, 99_999_999, 100_000_000], run.Checkpoints().Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void A_checkpoint_on_its_own_is_found_but_has_no_run()
    {
        string path = folder.Entry("mine.safetensors");
        File.WriteAllText(path, "");
        Assert.Equal(path, RunDirectory.FindCheckpoint(path));
        Assert.Contains($"{path}: belongs to no run, expected options.json", Assert.Throws<DirectoryNotFoundException>(() => RunDirectory.Open(path)).Message);
    }

    [Fact]
    public void What_is_no_run_is_named()
    {
        Assert.Contains("neither a folder nor a file", Assert.Throws<DirectoryNotFoundException>(() => RunDirectory.Open(folder.Entry("none"))).Message);
        Assert.Contains("neither a folder nor a file", Assert.Throws<DirectoryNotFoundException>(() => RunDirectory.FindCheckpoint(folder.Entry("none"))).Message);
        Assert.Contains("belongs to no run", Assert.Throws<DirectoryNotFoundException>(() => RunDirectory.Open(folder.FullPath)).Message);

        RunDirectory run = CreateWithCheckpoints();
        Assert.Contains("the run has no checkpoint", Assert.Throws<FileNotFoundException>(() => RunDirectory.FindCheckpoint(run.Folder)).Message);
        Directory.Delete(run.CheckpointsFolder);
        Assert.Contains("the run has no checkpoint", Assert.Throws<FileNotFoundException>(() => RunDirectory.FindCheckpoint(run.Folder)).Message);
        run.PruneCheckpoints(1);
    }

    [Fact]
    public void Pruning_keeps_the_last_ones()
    {
        RunDirectory run = CreateWithCheckpoints(1, 20, 3, 10);
        File.WriteAllText(Path.Combine(run.CheckpointsFolder, "mine.safetensors"), "");

        run.PruneCheckpoints(5);
        Assert.Equal(4, run.Checkpoints().Count);
        run.PruneCheckpoints(2);
        Assert.Equal([10, 20], run.Checkpoints().Select(checkpoint => checkpoint.Step));
        Assert.Equal(["mine.safetensors", "step-00000010.safetensors", "step-00000020.safetensors"], Directory.GetFiles(run.CheckpointsFolder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.PruneCheckpoints(0));
    }

    [Fact]
    public void Options_come_back()
    {
        RunDirectory run = RunDirectory.Create(Runs, "a");
        JsonObject options = new() { ["lr"] = 2e-4, ["name"] = "é\n", ["g"] = new JsonArray(1, 2) };
        run.WriteOptions(options);
        Assert.True(JsonNode.DeepEquals(options, run.ReadOptions()));
        Assert.EndsWith("}\n", File.ReadAllText(run.OptionsFile));
    }

    [Theory]
    [InlineData("", "line 1, byte 1 is not JSON")]
    [InlineData("[1]", "the JSON is no object")]
    [InlineData("null", "the JSON is no object")]
    [InlineData("{\n\"a\":}", "line 2, byte 5 is not JSON")]
    [InlineData("{\"a\":1,\"a\":2}", "or a name stands twice")]
    public void Options_that_are_none_are_refused(string text, string complaint)
    {
        RunDirectory run = RunDirectory.Create(Runs, "a");
        File.WriteAllText(run.OptionsFile, text);
        string message = Assert.Throws<InvalidDataException>(() => run.ReadOptions()).Message;
        Assert.StartsWith(run.OptionsFile + ": ", message);
        Assert.Contains(complaint, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Every_truncation_of_options_is_refused()
    {
        RunDirectory run = CreateWithCheckpoints();
        byte[] whole = File.ReadAllBytes(run.OptionsFile);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            File.WriteAllBytes(run.OptionsFile, whole[..length]);
            Assert.Throws<InvalidDataException>(() => run.ReadOptions());
        }
    }

    [Fact]
    public void Options_that_are_missing_or_huge_are_refused()
    {
        RunDirectory run = RunDirectory.Create(Runs, "a");
        Assert.Contains("options.json: there is no such file", Assert.Throws<FileNotFoundException>(() => run.ReadOptions()).Message);
        File.WriteAllText(run.OptionsFile, "{}" + new string(' ', 1 << 20));
        Assert.Contains("file is 1048578 bytes, expected at most 1048576", Assert.Throws<InvalidDataException>(() => run.ReadOptions()).Message);
    }
}
