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
        // The first tenths hold what the runtime makes once, and the test host keeps some messages of its own; 128 bytes a step would be this much in the last thousand steps.
        // (That a step allocates nothing at all is AdversarialStepTests' to say.)
        long grown = tenths[^1].HeapBytes - tenths[4].HeapBytes;
        Assert.True(grown < 128 * 1024, $"The heap grew by {grown} bytes from step {tenths[4].Step} to {tenths[^1].Step}.");
        // A batch of images that is not given back, 64 × 64 floats of activations a step, would be 16 MB.
        long resident = tenths[^1].ResidentBytes - tenths[4].ResidentBytes;
        Assert.True(resident < 16 << 20, $"The process grew by {resident} bytes.");
    }
}
