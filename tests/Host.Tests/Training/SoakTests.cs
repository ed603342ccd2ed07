using System.Diagnostics;
using System.Text.Json;
using GpuCgan.Host.Tests.Commands;
using GpuCgan.Soak;

namespace GpuCgan.Host.Tests.Training;

/// <summary>Tests that measure run when no other one does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public class SoakTests
{
    /// <summary>
    /// The bounded part of bench/Soak, in a process of its own: in the tests' own the runner's messages and other tests' leavings come and go on the heap; and with no test beside it, so that
    /// the last steps run optimised code. Throughput is measured in bench/Soak alone: other processes share this machine.
    /// </summary>
    [Fact]
    public void NothingLeaksOverTwoThousandSteps()
    {
        string[] arguments = ["--device", "cpu", "--threads", "2", "--steps", "2000", "--json"];
        Cli run = Cli.Finish(Process.Start(Cli.Prepare(AppContext.BaseDirectory, arguments, "GpuCgan.Soak.dll"))!, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        SoakTenth[] tenths = JsonSerializer.Deserialize<SoakTenth[]>(run.Output)!;
        Assert.Equal(10, tenths.Length);
        Assert.Equal(2000, tenths[^1].Step);
        Assert.All(tenths, tenth => Assert.True(double.IsFinite(tenth.DiscriminatorLoss) && double.IsFinite(tenth.GeneratorLoss)));
        // Exact: the account is the training thread's own, and the last tenth runs optimised code.
        Assert.Equal(0, tenths[^1].StepBytes);
        Assert.All(tenths, tenth => Assert.Equal(tenths[0].DeviceBytes, tenth.DeviceBytes));
        // What leaks grows in every tenth: an object of 24 bytes a step by 4,800, a reading that keeps 1 KB by 4,096, a sheet or checkpoint that keeps 1 KB by 2,048. What is set up once (the pool's
        // queue, a table of the compiler's) shows in the tenths it falls into, so the median does not see it.
        long[] growth = [.. tenths.Zip(tenths.Skip(1), (before, after) => after.OwnHeapBytes - before.OwnHeapBytes).Order()];
        Assert.True(growth[growth.Length / 2] < 1024, $"The heap's growth from tenth to tenth, in order: {string.Join(", ", growth)} bytes.");
        // What leaks now and then, in large pieces. What is set up once was 25 KB.
        long grown = tenths[^1].OwnHeapBytes - tenths[4].OwnHeapBytes;
        Assert.True(grown < 128 * 1024, $"The heap grew by {grown} bytes in the last thousand steps.");
        // A batch of images that is not given back, 64 × 64 floats of activations a step, would be 16 MB.
        long resident = tenths[^1].ResidentBytes - tenths[4].ResidentBytes;
        Assert.True(resident < 16 << 20, $"The process grew by {resident} bytes in the last thousand steps.");
    }
}
