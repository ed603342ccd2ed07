using System.Text.Json.Nodes;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Network.Checkpoints;

namespace GpuCgan.Host.Tests.Runs;

public sealed class CheckpointSearchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory run;
    private readonly List<string> warnings = [];

    public CheckpointSearchTests()
    {
        run = RunDirectory.Create(folder.Entry("runs"), "a");
        run.WriteOptions(new JsonObject());
        foreach (long step in (long[])[10, 20, 30])
            TinyCheckpoint.Write(run.CheckpointFile(step), step);
    }

    public void Dispose() => folder.Dispose();

    private string Find() => RunDirectory.FindCheckpoint(run.Folder, warnings.Add);

    private static void Damage(string path, Func<byte[], byte[]> how) => File.WriteAllBytes(path, how(File.ReadAllBytes(path)));

    [Fact]
    public void The_newest_is_taken_without_a_word_where_it_is_whole()
    {
        Assert.Equal(run.CheckpointFile(30), Find());
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_torn_one_is_passed_over_at_every_length_and_said_so()
    {
        byte[] whole = File.ReadAllBytes(run.CheckpointFile(30));
        for (int length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 60))
        {
            warnings.Clear();
            File.WriteAllBytes(run.CheckpointFile(30), whole[..length]);
            Assert.Equal(run.CheckpointFile(20), Find());
            string line = Assert.Single(warnings);
            Assert.StartsWith(run.CheckpointFile(30) + ": ", line);
            Assert.EndsWith("The one before it is taken: " + run.CheckpointFile(20), line);
            Assert.DoesNotContain('\n', line);
        }
    }

    [Fact]
    public void Several_damaged_ones_are_passed_over_one_by_one()
    {
        Damage(run.CheckpointFile(30), bytes => [.. bytes[..^1], (byte)(bytes[^1] ^ 64)]);
        Damage(run.CheckpointFile(20), bytes => [.. bytes, 0]);
        Assert.Equal(run.CheckpointFile(10), Find());
        Assert.Equal(2, warnings.Count);
    }

    [Fact]
    public void Where_none_is_whole_nothing_is_taken()
    {
        foreach (RunCheckpoint checkpoint in run.Checkpoints())
            Damage(checkpoint.Path, bytes => bytes[..100]);
        string message = Assert.Throws<InvalidDataException>(Find).Message;
        Assert.Contains("none of the 3 checkpoints is whole", message);
        Assert.Contains(run.CheckpointFile(30), message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_file_that_was_named_is_never_replaced_by_another()
    {
        Damage(run.CheckpointFile(30), bytes => bytes[..100]);
        Assert.Equal(run.CheckpointFile(30), RunDirectory.FindCheckpoint(run.CheckpointFile(30), warnings.Add));
        Assert.Throws<InvalidDataException>(() => GanCheckpoint.Verify(run.CheckpointFile(30)));
        Assert.Empty(warnings);
    }

    [Fact]
    public void Last_names_the_newest_and_can_be_named_itself()
    {
        run.WriteLast(run.Checkpoints()[1]);
        string last = Path.Combine(run.CheckpointsFolder, "last");
        Assert.Equal("step-00000020.safetensors\n", File.ReadAllText(last));
        Assert.Equal(run.CheckpointFile(20), RunDirectory.FindCheckpoint(last));
        foreach (string text in (string[])["", "step-00000040.safetensors", "../../../etc/passwd", new string('x', 100_000), "\0"])
        {
            File.WriteAllText(last, text);
            Assert.Contains("names no checkpoint", Assert.Throws<InvalidDataException>(() => RunDirectory.FindCheckpoint(last)).Message);
            Assert.Equal(run.CheckpointFile(30), Find());
        }
    }

    [Fact]
    public void Later_checkpoints_are_set_aside_and_not_deleted()
    {
        byte[] later = File.ReadAllBytes(run.CheckpointFile(30));
        Assert.Equal([run.CheckpointFile(20) + ".aside", run.CheckpointFile(30) + ".aside"], run.SetAsideAfter(10));
        Assert.Equal([10L], run.Checkpoints().Select(checkpoint => checkpoint.Step));
        Assert.Equal(later, File.ReadAllBytes(run.CheckpointFile(30) + ".aside"));
        Assert.Empty(run.SetAsideAfter(10));
    }

    [Fact]
    public void Leftovers_go_and_nothing_else_does()
    {
        string[] kept = Directory.GetFiles(run.Folder, "*", SearchOption.AllDirectories);
        string[] leftovers =
        [
            run.CheckpointFile(40) + ".tmp", Path.Combine(run.CheckpointsFolder, "last.tmp"), run.OptionsFile + ".tmp",
            Path.Combine(run.SamplesFolder, ".epoch-0001.png.0123.tmp"), Path.Combine(run.Folder, ".losses.png.0123.tmp"),
        ];
        foreach (string leftover in leftovers)
            File.WriteAllText(leftover, "half");
        string evaluation = Path.Combine(run.Folder, "evaluation.json.tmp");
        File.WriteAllText(evaluation, "of another process");

        Assert.Equal(leftovers.Length, Leftovers.Delete(run));
        Assert.Equal([.. kept.Append(evaluation).Order(StringComparer.Ordinal)], Directory.GetFiles(run.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }
}
