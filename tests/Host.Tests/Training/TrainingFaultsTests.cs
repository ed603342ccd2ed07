using GpuCgan.Host.Data;
using GpuCgan.Host.Output;
using GpuCgan.Host.Runs;
using GpuCgan.Host.Tests.Commands;
using GpuCgan.Host.Tests.Data;
using GpuCgan.Host.Training;
using GpuCgan.Kernels.Devices;
using GpuCgan.Network;
using GpuCgan.Network.Checkpoints;
using GpuCgan.Network.Recipes;

namespace GpuCgan.Host.Tests.Training;

/// <summary>A training loop whose disk or device fails under it: 4 epochs of 45 steps, a log line every 10 steps, a checkpoint an epoch.</summary>
public sealed class TrainingFaultsTests : IDisposable
{
    private const int Steps = 180;

    private static readonly Recipe Small = new() { Name = "small", Latent = 4, BatchSize = 32,
        Generator = ["linear 56", "leaky_relu 0.2", "linear 56", "batch_norm", "leaky_relu 0.2", "linear image", "tanh"], Discriminator = ["linear 56", "leaky_relu 0.2", "linear 1"],
    };
    private static readonly ImageDataSet Digits = DataSets.Load(new DataRequest("digits", null)).Train;

    private readonly TemporaryFolder _folder = new();
    private readonly ComputeDevice _device = ComputeDevice.Open("cpu", 1);
    private readonly RunDirectory _run;
    private readonly List<string> _warnings = [];

    public TrainingFaultsTests() => _run = RunDirectory.Create(_folder.Entry("runs"), "r");

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    /// <summary>Trains; <paramref name="atStep"/> is called at each log line.</summary>
    private int Train(Action<long> atStep)
    {
        using var gan = new ConditionalGan(_device, Small, new ImageShape(8, 8, 1), 10, 1);
        gan.Load(Digits.Pixels.Span, Digits.LabelBytes());
        var options = new TrainingOptions
        {
            Recipe = Small, Data = new DataRequest("digits", null), DataHash = Digits.ContentHash, TrainingImages = Digits.Count, Split = Digits.SplitNote, Device = "cpu", DeviceName = "", Precision = "fp32",
            Seed = 1, Steps = Steps, SampleInterval = 1, CheckpointInterval = 1, LogInterval = 10, KeepCheckpoints = 2,
        };
        using var signals = new StopSignals();
        return new TrainingSession(gan, options, _run, Digits, new Watch(atStep, _warnings)) { SayFault = _warnings.Add }.Run(signals);
    }

    private static void AssertOneLine(string message, params string[] parts)
    {
        Assert.DoesNotContain('\n', message);
        foreach (string part in parts)
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private long[] WholeCheckpoints() => [.. _run.Checkpoints().Where(c => GanCheckpoint.Verify(c.Path).Step == c.Step).Select(c => c.Step)];

    [Fact]
    public void WithoutAFaultNothingIsSaid()
    {
        Assert.Equal(0, Train(_ => { }));
        Assert.Empty(_warnings);
        Assert.Equal([135, Steps], WholeCheckpoints());
    }

    [Theory]
    [InlineData("Download", "unspecified launch failure", DeviceFault.Lost, "device cpu (CPU, 1 thread", "was lost (unspecified launch failure)")]
    [InlineData("Upload", "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered", DeviceFault.Lost, "was lost", "illegal memory access")]
    [InlineData("Synchronize", "CL_DEVICE_NOT_AVAILABLE", DeviceFault.Lost, "was lost", "CL_DEVICE_NOT_AVAILABLE")]
    [InlineData("Download", "CL_OUT_OF_RESOURCES", DeviceFault.OutOfMemory, "is out of memory", "--batch-size")]
    [InlineData("Allocate", "out of memory", DeviceFault.OutOfMemory, "MiB more were asked for", "--batch-size")]
    public void ADeviceThatFailsEndsTheRunAndTheLastCheckpointIsNamed(string operation, string words, DeviceFault fault, string what, string more)
    {
        var e = Assert.Throws<DeviceFailedException>(() => Train(step => _device.Interceptor = step < 100 ? null : asked =>
        {
            if (asked.ToString() == operation)
                throw new FakeDeviceException(words);
        }));
        Assert.Equal(fault, e.Fault);
        AssertOneLine(e.Message, "step ", what, more, _run.CheckpointFile(e.Message.StartsWith("step 180", StringComparison.Ordinal) ? 135 : 90));
        Assert.True(_device.HasFailed);
        Assert.Equal(e.Message.StartsWith("step 180", StringComparison.Ordinal) ? [90, 135] : [45, 90], WholeCheckpoints());
    }

    [Theory]
    [InlineData("ptxas fatal: Unresolved extern function", DeviceFault.Compilation, "do not compile for device cpu")]
    [InlineData("out of memory", DeviceFault.OutOfMemory, "is out of memory")]
    public void KernelsThatDoNotCompileAreADeviceFailure(string words, DeviceFault fault, string what)
    {
        _device.Interceptor = operation =>
        {
            if (operation == DeviceOperation.Compile)
                throw new FakeDeviceException(words);
        };
        var e = Assert.Throws<DeviceFailedException>(() => Train(_ => { }));
        Assert.Equal(fault, e.Fault);
        AssertOneLine(e.Message, what, words);
    }

    [Fact]
    public void ACheckpointThatCannotBeWrittenDoesNotEndTheRun()
    {
        string away = _run.CheckpointsFolder + "-away";
        Train(step =>
        {
            if (step == 60)
                Directory.Move(_run.CheckpointsFolder, away);
            if (step == 100)
                Directory.Move(away, _run.CheckpointsFolder);
        });
        AssertOneLine(Assert.Single(_warnings), "step 90: the checkpoint could not be written", _run.CheckpointFile(45), "Training goes on and tries again");
        Assert.Equal([135, Steps], WholeCheckpoints());
    }

    [Fact]
    public void ARunWhoseLastCheckpointCannotBeWrittenSaysWhereItWouldGoOn()
    {
        string away = _run.CheckpointsFolder + "-away";
        var e = Assert.Throws<IOException>(() => Train(step =>
        {
            if (step == 150)
                Directory.Move(_run.CheckpointsFolder, away);
        }));
        AssertOneLine(e.Message, _run.CheckpointFile(Steps), "could not be written", $"The last checkpoint is {_run.CheckpointFile(135)}", $"train --resume {_run.Folder}");
        Directory.Move(away, _run.CheckpointsFolder);
        Assert.Equal([90, 135], WholeCheckpoints());
    }

    /// <summary>/dev/full takes an open and refuses every byte, as a full disk does.</summary>
    [UnixTheory]
    [InlineData(90), InlineData(Steps)]
    public void AFullDiskLeavesTheCheckpointBeforeIt(long atStep)
    {
        var failure = Record.Exception(() => Train(step =>
        {
            if (step == atStep - 20)
                File.CreateSymbolicLink(_run.CheckpointFile(atStep) + AtomicFile.TemporarySuffix, "/dev/full");
        }));
        string line = failure?.Message ?? Assert.Single(_warnings);
        AssertOneLine(line, "No space left on device", _run.CheckpointFile(atStep == Steps ? 135 : 45));
        Assert.Equal(atStep == Steps, failure is IOException);
        Assert.Equal(atStep == Steps ? [90, 135] : [135, Steps], WholeCheckpoints());
        Assert.Empty(Directory.GetFiles(_run.CheckpointsFolder, "*.tmp"));
    }

    [Fact]
    public void SamplesThatCannotBeWrittenAreSaidOnceAndOnceMoreWhenTheyCan()
    {
        string away = _run.SamplesFolder + "-away";
        Train(step =>
        {
            if (step == 10)
                Directory.Move(_run.SamplesFolder, away);
            if (step == 150)
                Directory.Move(away, _run.SamplesFolder);
        });
        Assert.Equal(2, _warnings.Count);
        AssertOneLine(_warnings[0], _run.SamplesFolder, "cannot be written", "tries again");
        AssertOneLine(_warnings[1], _run.SamplesFolder, "can be written again");
        Assert.Equal([135, Steps], WholeCheckpoints());
    }

    private sealed class Watch(Action<long> atStep, List<string> warnings) : IProgressDisplay
    {
        public void Show(ProgressState state) => atStep(state.Step);

        public void Warn(string message) => warnings.Add(message);

        public void Dispose()
        {
        }
    }
}
