using System.Globalization;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Data;

namespace GpuCgan.Host.Tests.Runs;

public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunDirectory run;

    public RunLockTests() => run = RunDirectory.Create(folder.Entry("runs"), "a");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_second_one_is_refused_in_one_line_that_names_the_holder()
    {
        using (RunLock.Take(run))
        {
            string message = Assert.Throws<IOException>(() => RunLock.Take(run)).Message;
            Assert.StartsWith($"{run.Folder}: process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} on {Environment.MachineName} is training this run", message);
            Assert.DoesNotContain('\n', message);
        }

        RunLock.Take(run).Dispose();
    }

    [Fact]
    public void Files_that_a_dead_process_left_behind_lock_nothing()
    {
        File.WriteAllText(Path.Combine(run.Folder, ".lock"), "");
        File.WriteAllText(Path.Combine(run.Folder, ".lock.holder"), "process 1 on elsewhere");
        using RunLock taken = RunLock.Take(run);
        Assert.Contains($"process {Environment.ProcessId} ", Assert.Throws<IOException>(() => RunLock.Take(run)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a name that is longer than any that this program writes there, and so is not its own: 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public void A_holder_that_is_not_named_is_another_process(string? text)
    {
        using RunLock taken = RunLock.Take(run);
        string holder = Path.Combine(run.Folder, ".lock.holder");
        if (text is null)
            File.Delete(holder);
        else
            File.WriteAllText(holder, text);
        Assert.Contains("another process is training this run", Assert.Throws<IOException>(() => RunLock.Take(run)).Message);
    }

    [Fact]
    public void A_folder_that_is_gone_cannot_be_locked()
    {
        Directory.Delete(run.Folder, recursive: true);
        Assert.Contains("cannot be locked", Assert.Throws<IOException>(() => RunLock.Take(run)).Message);
    }
}
