using System.Diagnostics;
using System.Globalization;
using GpuCgan.Host.Tests.Data;
using GpuCgan.KillRuns;

namespace GpuCgan.Host.Tests.Commands;

/// <summary>Kills, signals, second processes, full disks and lost devices, from outside: whole processes.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "gpucgan.dll");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(params string[] parts) => Path.Combine([_folder.FullPath, .. parts]);

    private Cli Run(params string[] arguments) => Cli.Run(_folder.FullPath, arguments);

    /// <summary>Ends the process whatever the test does.</summary>
    private Running Start(params string[] arguments) => new(Cli.Start(_folder.FullPath, arguments));

    private void WaitForMetrics(string run) =>
        Assert.True(SpinWait.SpinUntil(() => File.Exists(In("runs", run, "metrics.jsonl")) && new FileInfo(In("runs", run, "metrics.jsonl")).Length > 0, TimeSpan.FromMinutes(1)), "no metrics");

    /// <summary>The bounded version of bench/kill.sh.</summary>
    [Fact]
    public void ARunThatIsKilledAndResumedEndsInTheBytesOfOneThatWasNot()
    {
        List<string> said = [];
        var runs = new KilledRuns(Program, In("kills"), steps: 200, seed: 1, said.Add);
        runs.Kill(5);
        Assert.Equal(5, runs.Kills);
        Assert.NotEmpty(said);
    }

    [UnixTheory]
    [InlineData(130, 143)]
    public void ASignalCostsNoBit(int exitCodeOfInterrupt, int exitCodeOfTerminate)
    {
        string[] options = ["train", "--steps", "1200", "--batch-size", "16", "--device", "cpu", "--threads", "1", "--quiet", "--checkpoint-interval", "5", "--sample-interval", "2"];
        Assert.Equal(0, Run([.. options, "--name", "whole"]).ExitCode);
        foreach (var (signal, exitCode, name) in ((string, int, string)[])[("INT", exitCodeOfInterrupt, "00001-stopped"), ("TERM", exitCodeOfTerminate, "00002-stopped")])
        {
            string run = In("runs", name);
            using (var running = Start([.. options, "--name", "stopped"]))
            {
                WaitForMetrics(name);
                running.Signal(signal);
                Assert.Equal(exitCode, running.Wait());
            }
            Assert.Single(Directory.GetFiles(Path.Combine(run, "checkpoints"), "*.safetensors"));
            var resumed = Run("train", "--resume", run, "--threads", "1");
            Assert.True(resumed.ExitCode == 0, resumed.Error);
            // The stop itself may leave one more sheet; everything else is the same.
            KilledRuns.Compare(In("runs", "00000-whole"), run, mayHaveMore: "samples");
        }
    }

    /// <summary>The device never comes back from its first wait, so the run cannot end by itself.</summary>
    [UnixTheory]
    [InlineData("INT", 130), InlineData("TERM", 143)]
    public void ASecondSignalEndsTheRunAtOnce(string signal, int exitCode)
    {
        var start = Cli.Prepare(_folder.FullPath, ["train", "--steps", "100000", "--device", "cpu", "--quiet"]);
        Inject(start, "Synchronize 1 hang");
        using var running = new Running(Process.Start(start)!);
        WaitForMetrics("00000-digits-mlp");
        running.Signal(signal);
        Assert.False(running.HasEnded(TimeSpan.FromSeconds(1)), "one signal waits for the checkpoint");
        running.Signal(signal);
        Assert.Equal(exitCode, running.Wait());
    }

    [Fact]
    public void ASecondProcessIsRefusedAndALockOfADeadOneIsNot()
    {
        using var first = Start("train", "--steps", "1000000", "--device", "cpu", "--quiet", "--checkpoint-interval", "1", "--keep-checkpoints", "1000000");
        string run = In("runs", "00000-digits-mlp");
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(run, "checkpoints", "last")), TimeSpan.FromMinutes(1)), "no checkpoint");
        Run("train", "--resume", run).AssertRefused(run, $"process {first.Id.ToString(CultureInfo.InvariantCulture)} on ", "is training this run");
        // Who only reads is not refused.
        Assert.Equal(0, Run("sample", run, "--count", "1").ExitCode);
        first.Kill();
        Assert.True(File.Exists(Path.Combine(run, ".lock")));
        File.WriteAllText(Path.Combine(run, "checkpoints", "step-99999999.safetensors.tmp"), "half");
        var resumed = Run("train", "--resume", run, "--max-time", "0.1s");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Empty(Directory.GetFiles(run, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void ADamagedCheckpointIsPassedOverByEveryCommand()
    {
        string[] options = ["train", "--steps", "90", "--batch-size", "32", "--device", "cpu", "--checkpoint-interval", "1", "--quiet"];
        Assert.Equal(0, Run(options).ExitCode);
        string run = In("runs", "00000-digits-mlp"), newest = Path.Combine(run, "checkpoints", "step-00000090.safetensors"), before = Path.Combine(run, "checkpoints", "step-00000045.safetensors");
        byte[] bytes = File.ReadAllBytes(newest), damaged = (byte[])bytes.Clone();
        damaged[^1000] ^= 4;
        File.WriteAllBytes(newest, damaged);
        foreach (string[] command in (string[][])[["sample", run, "--count", "1"], ["export", run, "--format", "safetensors"], ["train", "--resume", run, "--steps", "90"]])
        {
            var result = Run(command);
            Assert.True(result.ExitCode == 0, result.Error);
            string line = Assert.Single(result.Error.Split('\n'), text => text.StartsWith("warning: ", StringComparison.Ordinal) && text.Contains("is taken", StringComparison.Ordinal));
            Assert.Contains(newest, line, StringComparison.Ordinal);
            Assert.Contains($"is taken: {before}", line, StringComparison.Ordinal);
        }
        // Trained again from the one before: the same bytes as before the damage, and the damaged file is still there to look at.
        Assert.Equal(bytes, File.ReadAllBytes(newest));
        Assert.Equal(damaged, File.ReadAllBytes(newest + ".aside"));
        File.WriteAllBytes(newest, damaged);
        Run("sample", newest).AssertRefused(newest, "damaged");
    }

    /// <summary>Two checkpoints fit, a third does not: the run goes on, says so, and ends with exit code 2; with more room it resumes to the same bytes.</summary>
    [TmpfsFact]
    public void AFullDiskKeepsTheLastGoodCheckpoint()
    {
        string[] options = ["train", "--steps", "225", "--batch-size", "32", "--device", "cpu", "--checkpoint-interval", "1", "--quiet"];
        Assert.Equal(0, Run([.. options, "--name", "whole"]).ExitCode);
        long checkpoint = new FileInfo(In("runs", "00000-whole", "checkpoints", "step-00000225.safetensors")).Length;
        string small = Directory.CreateDirectory(In("small")).FullName;
        Assert.True(TmpfsFactAttribute.Mount(small, $"size={(checkpoint * 27 / 10 / 4096 + 60) * 4096}"));
        try
        {
            var full = Run([.. options, "--out", small]);
            Assert.Equal(2, full.ExitCode);
            Assert.Contains("warning: step 135: the checkpoint could not be written (No space left on device", full.Error, StringComparison.Ordinal);
            string last = full.Error.TrimEnd('\n').Split('\n')[^1];
            Assert.StartsWith("error: ", last, StringComparison.Ordinal);
            Assert.Contains("step-00000225.safetensors: the last checkpoint could not be written", last, StringComparison.Ordinal);
            Assert.Contains("The last checkpoint is", last, StringComparison.Ordinal);
            Assert.Contains("step-00000090.safetensors", last, StringComparison.Ordinal);
            string run = Path.Combine(small, "00000-digits-mlp");
            Assert.Equal(0, Run("sample", run, "--count", "1").ExitCode);

            Assert.True(TmpfsFactAttribute.Mount(small, "remount,size=100m,ro"));
            Run("train", "--resume", run).AssertRefused(run, "cannot be locked", "Read-only file system");
            Assert.True(TmpfsFactAttribute.Mount(small, "remount,size=100m,rw"));
            var resumed = Run("train", "--resume", run);
            Assert.True(resumed.ExitCode == 0, resumed.Error);
            KilledRuns.Compare(In("runs", "00000-whole"), run);
        }
        finally
        {
            Assert.True(TmpfsFactAttribute.Unmount(small));
        }
    }

    /// <summary>The sixtieth download is one of the training's own; first values take some too.</summary>
    [Theory]
    [InlineData("Download 60 unspecified launch failure", "device cpu (", "was lost (unspecified launch failure)")]
    [InlineData("Allocate 3 out of memory", "is out of memory", "--batch-size")]
    [InlineData("Compile 1 build program failure", "do not compile for device cpu", "build program failure")]
    public void ADeviceThatFailsEndsTheProgramWithItsOwnExitCode(string fault, string what, string more)
    {
        var start = Cli.Prepare(_folder.FullPath, ["train", "--steps", "2000", "--batch-size", "16", "--device", "cpu", "--quiet"]);
        Inject(start, fault);
        var result = Cli.Finish(Process.Start(start)!, []);
        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Equal("", result.Output);
        string line = Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(more, line, StringComparison.Ordinal);
        if (fault.StartsWith("Download", StringComparison.Ordinal))
            Assert.Contains("checkpoint", line, StringComparison.Ordinal);
    }

    private static void Inject(ProcessStartInfo start, string fault)
    {
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(FaultTests).Assembly.Location;
        start.Environment[StartupHook.Variable] = fault;
    }

    private sealed class Running(Process process) : IDisposable
    {
        public int Id => process.Id;

        public void Signal(string name)
        {
            using var kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        public bool HasEnded(TimeSpan within) => process.WaitForExit(within);

        public int Wait()
        {
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "the run did not end");
            return process.ExitCode;
        }

        public void Kill()
        {
            process.Kill();
            process.WaitForExit();
        }

        public void Dispose()
        {
            if (!process.HasExited)
                Kill();
            process.Dispose();
        }
    }
}
