using GpuCgan.Soak;

namespace GpuCgan.Host.Tests.Training;

/// <summary>Tests that measure the process run when nothing else does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class Alone
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public class SoakTests
{
    /// <summary>The bounded part of bench/Soak. Throughput is measured there alone: other processes share this machine.</summary>
    [Fact]
    public void NothingLeaksOverTwoThousandSteps()
    {
        List<SoakTenth> tenths = [.. SoakRun.Run("cpu", 2, 2000, _ => { })];
        Assert.Equal(2000, tenths[^1].Step);
        Assert.All(tenths, tenth => Assert.True(double.IsFinite(tenth.DiscriminatorLoss) && double.IsFinite(tenth.GeneratorLoss)));
        SoakTenth half = tenths[4], end = tenths[^1];
        // Exact: the account is this thread's own, and the last tenth runs optimised code.
        Assert.Equal(0, end.StepBytes);
        Assert.All(tenths, tenth => Assert.Equal(tenths[0].DeviceBytes, tenth.DeviceBytes));
        // An object of 24 bytes a step, a reading that keeps 1 KB or a sheet that keeps 2 KB would pass this in the last thousand steps; the ten records of the tenths are a hundred bytes each.
        long grown = end.OwnHeapBytes - half.OwnHeapBytes;
        Assert.True(grown < 16 * 1024, $"The heap grew by {grown} bytes from step {half.Step} to {end.Step}.");
        // A batch of images that is not given back, 64 × 64 floats of activations a step, would be 16 MB.
        long resident = end.ResidentBytes - half.ResidentBytes;
        Assert.True(resident < 16 << 20, $"The process grew by {resident} bytes.");
    }
}
